/** Bytes of a message. */
export const SIZE = 64

/** What is timed. `At` is the form that allocates nothing; a batch neither, nor does it come back for each message. */
export const WHATS = ['tryRead', 'readBatch', 'tryClaim', 'tryClaimAt', 'writeBatch'] as const
export type What = (typeof WHATS)[number]

const WRITES: readonly What[] = ['tryClaim', 'tryClaimAt', 'writeBatch']

export const writes = (what: What): boolean => WRITES.includes(what)
