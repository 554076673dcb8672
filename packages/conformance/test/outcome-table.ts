/** The outcome table of docs/writing-a-scheme.md, made of what the suite checks. */
import { OUTCOMES } from '@camio/conformance'

const READING = ['tryRead', 'readBatch', 'tryReadBatch', 'release', 'ended', 'read', 'readable']
const WRITING = [
  'tryClaim',
  'tryClaimAt',
  'writeBatch',
  'tryWriteBatch',
  'tryWrite',
  'tooLarge',
  'commit',
  'cancel',
  'tryFlush',
  'write',
  'writable',
]
const ENDING = ['flush', 'end', 'close']

/** State and the heading of its column. */
const OF_READING: ReadonlyArray<readonly [string, string]> = [
  ['nothing at hand, room to write', 'nothing at hand'],
  ['something at hand', 'something at hand'],
  ['an empty message at hand', 'empty message'],
  ['a lease out', 'lease out'],
  ['ended by the peer', 'peer ended, all read'],
  ['broken, everything read', 'broken, all read'],
  ['closed', 'closed'],
  ['opened for writing only', 'write only'],
]
const OF_WRITING: ReadonlyArray<readonly [string, string]> = [
  ['nothing at hand, room to write', 'room'],
  ['full', 'full'],
  ['a claim out', 'claim out'],
  ['ended by itself', 'after `end()`'],
  ['broken, everything read', 'broken'],
  ['closed', 'closed'],
  ['opened for reading only', 'read only'],
]

/** How the table calls what is not a method of that name. */
const NAMES: Readonly<Record<string, string>> = { tooLarge: '`tryClaim(maxClaim + 1)`' }

function table(methods: readonly string[], columns: typeof OF_READING): string {
  const rows = methods.map((method) => {
    const cells = columns.map(([state]) => {
      const row = OUTCOMES.find((candidate) => candidate.state === state)
      if (row === undefined) throw new Error(`no state "${state}"`)
      return row.outcomes[method] ?? ''
    })
    return `| ${[NAMES[method] ?? `\`${method}\``, ...cells].join(' | ')} |`
  })
  const head = ['', ...columns.map(([, heading]) => heading)]
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows].join('\n')
}

export const READING_TABLE = table(READING, OF_READING)
export const WRITING_TABLE = table([...WRITING, ...ENDING], OF_WRITING)
