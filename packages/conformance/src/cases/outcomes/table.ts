/** What the outcome table is about: methods, answers, and the answers that many states have in common. */
import type { BatchWriter, Stream } from '@camio/core'
import type { Need } from '../../case.js'
import { pattern } from '../../payload.js'
import type { Rig } from '../../rig.js'

export type Single =
  | 'lease'
  | 'empty lease'
  | 'claim'
  | 'null'
  | 'done'
  | 'true'
  | 'false'
  | '0'
  | '1'
  | '-1'
  | 'waits'
  | 'error'
  | 'MISUSE'
  | 'CLOSED'
  | 'ENDED'
  | 'TOO_LARGE'
  | 'NOT_READABLE'
  | 'NOT_WRITABLE'

/** Some answers depend on the transport: one that hands everything on at once has always flushed. */
export type Outcome = Single | `${Single} or ${Single}`

/** Calls the method and leaves what it gave (a lease, a claim) out. */
export const METHODS = {
  tryRead: (s) => s.tryRead(),
  readBatch: (s) => s.readBatch(() => {}, 1),
  tryReadBatch: (s) => s.tryReadBatch(1)?.[0] ?? null,
  release: (s) => s.release(),
  ended: (s) => s.ended,
  tryClaim: (s) => s.tryClaim(1024),
  tryClaimAt: (s) => offset(s.tryClaimAt(1024)),
  writeBatch: (s) => s.writeBatch(writer, 1024, 1),
  tryWriteBatch: (s) => s.tryWriteBatch([CLAIM]),
  tooLarge: (s) => s.tryClaim(s.maxClaim + 1),
  commit: (s) => s.commit(),
  cancel: (s) => s.cancel(),
  tryWrite: (s) => s.tryWrite(pattern(0, 1024)),
  tryFlush: (s) => s.tryFlush(),
  read: (s) => s.read(),
  readable: (s) => s.readable(),
  writable: (s) => s.writable(),
  write: (s) => s.write(pattern(0, 1024)),
  flush: (s) => s.flush(),
  end: (s) => s.end(),
  close: (s) => s.close(),
} satisfies Record<string, (stream: Stream) => unknown>

export type Method = keyof typeof METHODS

/** A line feed would be no message for frame=line. */
const writer: BatchWriter = (bytes, offset, length) => void bytes.fill(33, offset, offset + length)

function offset(value: number): Uint8Array | number {
  return value < 0 ? value : CLAIM
}
const CLAIM = new Uint8Array(1024)

export type Row = Partial<Record<Method, Outcome>>

export interface State {
  readonly name: string
  readonly needs: readonly Need[]
  /** A stream in that state. */
  make(rig: Rig): Promise<Stream>
  /** What each method answers; methods that are left out are not specified in this state. */
  readonly outcomes: Row
}

export const READING: Row = { tryRead: 'null', readBatch: '0', tryReadBatch: 'null', release: 'MISUSE', ended: 'false' }
export const WRITING: Row = {
  tryClaim: 'claim',
  tryClaimAt: 'claim',
  writeBatch: '1',
  tryWriteBatch: '1',
  tooLarge: 'TOO_LARGE',
  commit: 'MISUSE',
  cancel: 'MISUSE',
  tryWrite: 'true',
  tryFlush: 'true',
  writable: 'done',
  write: 'done',
  flush: 'done',
  end: 'done',
  close: 'done',
}
export const NOTHING_TO_READ: Row = { ...READING, read: 'waits', readable: 'waits' }

/** Every method that asks for room, in a state in which writing is forbidden. */
export function noWriting(why: Single): Row {
  return {
    tryClaim: why,
    tryClaimAt: why,
    writeBatch: why,
    tryWriteBatch: why,
    tooLarge: why,
    tryWrite: why,
    write: why,
    writable: 'done',
  }
}

/** A closed stream that could only be read; what can be written has more to say. */
export const CLOSED_READING: Row = {
  ...noWriting('CLOSED'),
  tryRead: 'CLOSED',
  readBatch: 'CLOSED',
  tryReadBatch: 'CLOSED',
  release: 'true',
  ended: 'true or false',
  read: 'CLOSED',
  readable: 'CLOSED',
  writable: 'CLOSED',
  end: 'CLOSED',
  close: 'done',
}
export const CLOSED: Row = { ...CLOSED_READING, commit: 'done', cancel: 'done', tryFlush: 'CLOSED', flush: 'CLOSED' }
