/** Bytes of a message, and messages between two looks at the clock: together they fit into every buffer on the way. */
export const SIZE = 64
export const BATCH = 480

/** What is timed. `At` is the form that allocates nothing. */
export const WHATS = ['tryRead', 'readBatch', 'tryClaim', 'tryClaimAt'] as const
export type What = (typeof WHATS)[number]

export const writes = (what: What): boolean => what === 'tryClaim' || what === 'tryClaimAt'
