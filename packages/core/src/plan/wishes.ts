/**
 * What an application wants of a stream's features: `require`, `prefer`, `avoid`, `prohibit`, the words of RFC 9622 (section 6.2).
 * One notation for programs, configuration and the command line: `reliable`, `scope<=host`, `mtu>=1400`.
 */
import { CamioError, show } from '../error.js'
import type { Features } from '../features.js'
import { nearest } from '../uri/suggest.js'
import { parseSize } from '../uri/units.js'

/** The features that are so or not. */
type Flag = { [K in keyof Features]: Features[K] extends boolean ? K : never }[keyof Features]

/** What a feature is compared with. `mtu` takes sizes with units; `scope` goes from `process` over `host` and `link` to `global`. */
export type Wish =
  | Flag
  | `framing=${Features['framing']}`
  | `delivery=${Features['delivery']}`
  | `engine=${string}`
  | `scope${'=' | '<=' | '>='}${Features['scope']}`
  | `mtu${'<=' | '>='}${string}`
  | `copies.${'read' | 'write'}${'=' | '<='}${number}`

export interface Needs {
  /** Candidates without it are dropped. */
  readonly require?: Wish | readonly Wish[] | undefined
  /** Candidates that have more of these come first. */
  readonly prefer?: Wish | readonly Wish[] | undefined
  /** Among equals, candidates that have fewer of these come first. */
  readonly avoid?: Wish | readonly Wish[] | undefined
  /** Candidates with it are dropped. */
  readonly prohibit?: Wish | readonly Wish[] | undefined
}

export const NEED_WORDS = ['require', 'prefer', 'avoid', 'prohibit'] as const

/** A wish that was understood. */
interface Test {
  readonly text: string
  holds(features: Features): boolean
  /** What the features say instead, for the reason. */
  actual(features: Features): string
}

export type Wanted = Readonly<Record<(typeof NEED_WORDS)[number], readonly Test[]>>

/** @throws `ERR_CAMIO_BAD_OPTION` naming the word and the wish */
export function parseNeeds(given: Needs): Wanted {
  const of = (word: keyof Needs) => listOf(given[word]).map((wish) => parseWish(word, wish))
  return { require: of('require'), prefer: of('prefer'), avoid: of('avoid'), prohibit: of('prohibit') }
}

function listOf(wishes: unknown): readonly unknown[] {
  if (wishes === undefined) return []
  return Array.isArray(wishes) ? wishes : [wishes]
}

/** @returns why the features will not do, or `null` */
export function unmet(features: Features, { require, prohibit }: Wanted): string | null {
  const lacking = require.find((test) => !test.holds(features))
  if (lacking !== undefined) return `${lacking.text} is required, and it ${lacking.actual(features)}`
  const excess = prohibit.find((test) => test.holds(features))
  return excess === undefined ? null : `${excess.text} is prohibited, and it ${excess.actual(features)}`
}

/** Negative where `a` suits better, positive where `b` does: by what is preferred, then by what is to be avoided. */
export function compare(a: Features, b: Features, { prefer, avoid }: Wanted): number {
  return count(prefer, b) - count(prefer, a) || count(avoid, a) - count(avoid, b)
}

function count(tests: readonly Test[], features: Features): number {
  return tests.filter((test) => test.holds(features)).length
}

// ------------------------------------------------------------------------------------------------ the notation

const SCOPES: ReadonlyArray<Features['scope']> = ['process', 'host', 'link', 'global']

type Operator = '=' | '<=' | '>='

/** A feature that is not just so or not: how it is read from features and from text, and how it may be compared. */
interface Measure {
  readonly operators: readonly Operator[]
  readonly takes: string
  /** A number where there is an order. */
  of(features: Features): number | string
  parse(text: string): number | string | null
  say(features: Features): string
}

const word = (name: 'framing' | 'delivery', ...values: string[]): Measure => ({
  operators: ['='],
  takes: values.join(' or '),
  of: (features) => features[name],
  parse: (text) => (values.includes(text) ? text : null),
  say: (features) => `has ${name}=${features[name]}`,
})

const copies = (way: 'read' | 'write'): Measure => ({
  operators: ['=', '<='],
  takes: 'a whole number',
  of: (features) => features.copies[way],
  parse: (text) => (/^\d{1,6}$/.test(text) ? Number(text) : null),
  say: (features) => `has copies.${way}=${features.copies[way]}`,
})

const MEASURES: Readonly<Record<string, Measure>> = {
  framing: word('framing', 'bytes', 'messages'),
  delivery: word('delivery', 'one', 'each'),
  engine: {
    operators: ['='],
    takes: 'native, node or js',
    of: (features) => features.engine,
    parse: (text) => (text === '' ? null : text),
    say: (features) => `has engine=${features.engine}`,
  },
  scope: {
    operators: ['=', '<=', '>='],
    takes: SCOPES.join(', '),
    of: (features) => SCOPES.indexOf(features.scope),
    parse: (text) => {
      const index = SCOPES.indexOf(text as Features['scope'])
      return index < 0 ? null : index
    },
    say: (features) => `has scope=${features.scope}`,
  },
  mtu: {
    operators: ['<=', '>='],
    takes: 'a size such as 1400 or 64KiB',
    of: (features) => features.mtu,
    parse: parseSize,
    say: (features) => `has mtu=${features.mtu}`,
  },
  'copies.read': copies('read'),
  'copies.write': copies('write'),
}

const FLAGS: readonly string[] = [
  'readable',
  'writable',
  'reliable',
  'ordered',
  'encrypted',
  'overrun',
  'seekable',
  'acceptsMany',
  'connectionless',
] satisfies readonly Flag[]

function parseWish(need: string, wish: unknown): Test {
  if (typeof wish !== 'string') throw bad(need, wish, 'is not text')
  if (FLAGS.includes(wish)) return flag(wish as Flag)
  const match = /^([\w.]+)(=|<=|>=)(.*)$/.exec(wish)
  const measure = match !== null && Object.hasOwn(MEASURES, match[1]!) ? MEASURES[match[1]!] : undefined
  if (match === null || measure === undefined) {
    const near = nearest(match?.[1] ?? wish, [...FLAGS, ...Object.keys(MEASURES)])
    throw bad(need, wish, `names no feature: did you mean "${near}"?`)
  }
  const operator = match[2] as Operator
  if (!measure.operators.includes(operator))
    throw bad(need, wish, `can be compared by ${measure.operators.join(', ')} only`)
  const value = measure.parse(match[3]!)
  if (value === null) throw bad(need, wish, `compares with something that is not ${measure.takes}`)
  return { text: wish, holds: (features) => holds(measure.of(features), operator, value), actual: measure.say }
}

function flag(name: Flag): Test {
  return {
    text: name,
    holds: (features) => features[name],
    actual: (features) => `is ${features[name] ? '' : 'not '}${name}`,
  }
}

function holds(actual: number | string, operator: Operator, value: number | string): boolean {
  if (operator === '=') return actual === value
  return operator === '<=' ? actual <= value : actual >= value
}

function bad(need: string, wish: unknown, why: string): CamioError {
  return new CamioError('ERR_CAMIO_BAD_OPTION', `option "${need}": "${show(wish)}" ${why}`)
}
