/**
 * Where things lie in a ring's memory. Words are int32, counted from its start. What one side writes and the other reads has a cache
 * line of its own, 128 bytes apart because processors fetch lines in pairs. The picture: docs/schemes/shm.md.
 */

/** Words. */
export const HEAD = 0
export const WRITER_STATE = 1
export const READER_SLEEPS = 32
export const TAIL = 64
export const READER_STATE = 65
export const WRITER_SLEEPS = 96
/** The reader's position at which the sleeping writer has the room that it waits for. */
export const WRITER_WANTS = 97

/** Bytes before the first record: a page. */
export const DATA = 4096

/** Bytes before a message: its length, and a word that the lossy ring uses. */
export const RECORD_HEADER = 8
/** In place of a length: the rest up to the ring's end is empty. */
export const PADDING = -1

/** Bytes that a message takes in the ring: records begin at multiples of 8, so that a lease can be looked at as float64s. */
export function recordLength(length: number): number {
  return (length + RECORD_HEADER + 7) & -8
}

export const WriterState = { OPEN: 0, ENDED: 1, RESET: 2 } as const
export const ReaderState = { OPEN: 0, CLOSED: 1 } as const

export const MIN_CAPACITY = 4096
export const MAX_CAPACITY = 2 ** 30

/** The largest message: with the padding before it a record of half the ring fits wherever the last one ended. */
export function largestMessage(capacity: number): number {
  return capacity / 2 - RECORD_HEADER
}

/** The largest message of a lossy ring: however the writer goes on, the newest half of what was published is left to be read. */
export function largestLossyMessage(capacity: number): number {
  return capacity / 4 - RECORD_HEADER
}

/** Bytes of memory for a ring. */
export function ringLength(capacity: number): number {
  return DATA + capacity
}

/** The capacity of a ring in a memory of `length` bytes, or `null` where that is none. */
export function capacityOf(length: number): number | null {
  const capacity = length - DATA
  const isPowerOfTwo = (capacity & (capacity - 1)) === 0
  return isPowerOfTwo && capacity >= MIN_CAPACITY && capacity <= MAX_CAPACITY ? capacity : null
}

/** The lossy ring: words of its own; HEAD and WRITER_STATE lie where they do in the other. */
export const HEAD_HIGH = 2
/** Of the number of messages that were published, everything from bit 31 on; the rest is in the records. */
export const COUNT_HIGH = 3
/** The lower 32 bits of it, once the writer has ended: the last messages may be lost to a reader that finds none behind them. */
export const COUNT = 4
/** The oldest message that is not being overwritten begins here. */
export const OLDEST = 64
export const OLDEST_HIGH = 65

/** Word of a lossy ring's record, behind its length: the lower 32 bits of the message's number. */
export const RECORD_NUMBER = 1

/** Bytes of the memory that a reader of a lossy ring brings along, and the word in it. */
export const FLAG_LENGTH = 4096
export const FLAG = 0
