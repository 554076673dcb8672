/** Both ends declare the view that they want of what the transport moves; where it is the transport's own it costs nothing. */
export const BYTES = { framing: 'bytes' } as const
export const FRAMES = { framing: 'messages', frame: 'u32' } as const

export type Framing = typeof BYTES | typeof FRAMES
