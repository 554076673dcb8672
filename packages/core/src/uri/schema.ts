/**
 * Option schemas: a driver declares its options once, with type, default, range and a line of help; core parses and
 * range-checks them, from the URI's text and from an object alike, and prints them.
 *
 * Names are kebab-case in URIs (`max-lease`) and camelCase in objects (`maxLease`).
 */
import { CamioError, shorten, show } from '../error.js'
import { nearest } from './suggest.js'
import { parseDuration, parseSize } from './units.js'

export type OptionType = 'bool' | 'int' | 'size' | 'time' | 'enum' | 'string' | 'object'

export interface OptionSpec<Value = unknown, Input = unknown> {
  readonly type: OptionType
  readonly help: string
  readonly default?: Value
  /** Inclusive range of numbers: bytes for sizes, milliseconds for times. */
  readonly min?: number
  readonly max?: number
  /** What an enum may be. */
  readonly values?: readonly string[]
  /** A further check of a value that has the right type. @returns what is wrong, or `null` */
  check?(value: Value): string | null
  /** Type-level only: what an options object may hold. */
  readonly input?: Input
}

export type OptionSchema = Readonly<Record<string, OptionSpec>>

type Camel<S extends string> = S extends `${infer A}-${infer B}` ? `${A}${Capitalize<Camel<B>>}` : S

/** What a driver gets: every option, parsed, defaults filled in. */
export type OptionValues<S extends OptionSchema> = {
  readonly [K in keyof S as K extends string ? Camel<K> : never]: S[K] extends OptionSpec<infer V, unknown> ? V : never
}

/** What a program may pass as an object. */
export type OptionInput<S extends OptionSchema> = {
  readonly [K in keyof S as K extends string ? Camel<K> : never]?: S[K] extends OptionSpec<unknown, infer I>
    ? I | undefined
    : never
}

interface Common<Value> {
  help: string
  default?: Value
  check?(value: Value): string | null
}
interface Ranged extends Common<number> {
  min?: number
  max?: number
}

type WithDefault<Value, Input> = OptionSpec<Value, Input> & { readonly default: Value }

/** The builders. Without a default an option's value may be `undefined`. */
export const option = {
  bool: (spec: Common<boolean>) => ({ default: false, ...spec, type: 'bool' }) as WithDefault<boolean, boolean>,
  int: <const T extends Ranged>(spec: T) => ({ ...spec, type: 'int' }) as unknown as Built<T, number, number>,
  /** Bytes, `4MiB`. */
  size: <const T extends Ranged>(spec: T) =>
    ({ ...spec, type: 'size' }) as unknown as Built<T, number, number | string>,
  /** Milliseconds, `20us`. */
  time: <const T extends Ranged>(spec: T) =>
    ({ ...spec, type: 'time' }) as unknown as Built<T, number, number | string>,
  enum: <const V extends readonly string[], const T extends Common<V[number]>>(values: V, spec: T) =>
    ({ ...spec, type: 'enum', values }) as unknown as Built<T, V[number], V[number]>,
  string: <const T extends Common<string>>(spec: T) =>
    ({ ...spec, type: 'string' }) as unknown as Built<T, string, string>,
  /** A value that no text can hold, or that must not stand in a URI (a key, a socket): options object only. */
  object: <Value>(spec: { help: string }) => ({ ...spec, type: 'object' }) as OptionSpec<Value | undefined, Value>,
}

type Built<T, Value, Input> = T extends { default: Value }
  ? WithDefault<Value, Input>
  : OptionSpec<Value | undefined, Input>

export function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, c: string) => c.toUpperCase())
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)
}

/**
 * Parses the URI's pairs and the object's entries by the schema; fills defaults in.
 * @throws `ERR_CAMIO_UNKNOWN_OPTION`, `ERR_CAMIO_BAD_OPTION`, each naming the option and what would be right
 */
export function parseOptions(
  schema: OptionSchema,
  pairs: Iterable<readonly [string, string]>,
  object: Readonly<Record<string, unknown>>,
  uri: string,
): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  const set = (name: string, raw: unknown, fromText: boolean) => {
    const spec = Object.hasOwn(schema, name) ? schema[name] : undefined
    if (!spec) throw unknownOption(name, schema, uri)
    if (camel(name) in values) throw badOption(name, 'is given more than once', uri)
    values[camel(name)] = parseValue(name, spec, raw, fromText, uri)
  }
  for (const [name, raw] of pairs) set(name, raw, true)
  for (const [key, raw] of Object.entries(object)) if (raw !== undefined) set(kebab(key), raw, false)
  for (const [name, spec] of Object.entries(schema)) {
    if (!(camel(name) in values)) values[camel(name)] = spec.default
  }
  return values
}

function unknownOption(name: string, schema: OptionSchema, uri: string): CamioError {
  const near = nearest(name, Object.keys(schema))
  const hint = near === null ? 'there are no options here' : `did you mean "${near}"?`
  const message = `unknown option "${shorten(name, 60)}" in ${shorten(uri)}: ${hint}`
  return new CamioError('ERR_CAMIO_UNKNOWN_OPTION', message, { uri })
}

export function badOption(name: string, why: string, uri: string): CamioError {
  return new CamioError('ERR_CAMIO_BAD_OPTION', `option "${shorten(name, 60)}" in ${shorten(uri)} ${why}`, { uri })
}

function parseValue(name: string, spec: OptionSpec, raw: unknown, fromText: boolean, uri: string): unknown {
  if (spec.type === 'object') {
    if (fromText) throw badOption(name, 'cannot stand in a URI: pass it in the options object', uri)
    return raw
  }
  const value = READERS[spec.type](raw, spec)
  if (value === undefined) throw badOption(name, `is "${show(raw)}", not ${describeType(spec)}`, uri)
  if (typeof value === 'number' && (value < (spec.min ?? -Infinity) || value > (spec.max ?? Infinity))) {
    throw badOption(name, `is ${show(raw)}, out of range: ${describeRange(spec)}`, uri)
  }
  const wrong = spec.check?.(value as never) ?? null
  if (wrong !== null) throw badOption(name, wrong, uri)
  return value
}

/** By type: the value, or `undefined` where the raw value is none. Text and object values are read alike. */
const READERS: Record<Exclude<OptionType, 'object'>, (raw: unknown, spec: OptionSpec) => unknown> = {
  bool: (raw) => {
    if (raw === true || raw === 1 || raw === '1' || raw === 'true' || raw === 'yes' || raw === 'on') return true
    if (raw === false || raw === 0 || raw === '0' || raw === 'false' || raw === 'no' || raw === 'off') return false
    return undefined
  },
  int: (raw) => {
    const value = typeof raw === 'string' && /^-?\d{1,16}$/.test(raw) ? Number(raw) : raw
    return Number.isSafeInteger(value) ? value : undefined
  },
  size: (raw) => {
    if (typeof raw === 'string') return parseSize(raw) ?? undefined
    return Number.isSafeInteger(raw) && (raw as number) >= 0 ? raw : undefined
  },
  time: (raw) => {
    if (typeof raw === 'string') return parseDuration(raw) ?? undefined
    return typeof raw === 'number' && raw >= 0 && Number.isFinite(raw) ? raw : undefined
  },
  enum: (raw, spec) => (typeof raw === 'string' && spec.values!.includes(raw) ? raw : undefined),
  string: (raw) => (typeof raw === 'string' ? raw : undefined),
}

/** The option's type as the error and the help say it. */
export function describeType(spec: OptionSpec): string {
  switch (spec.type) {
    case 'bool':
      return 'a yes/no value (1 or 0)'
    case 'int':
      return 'a whole number'
    case 'size':
      return 'a size such as 64KiB or 4MiB'
    case 'time':
      return 'a time such as 20us, 5s (a unit is required)'
    case 'enum':
      return `one of ${spec.values!.join(', ')}`
    case 'string':
      return 'text'
    case 'object':
      return 'an object'
  }
}

function describeRange(spec: OptionSpec): string {
  return `${spec.min ?? 'anything'} to ${spec.max ?? 'anything'}`
}
