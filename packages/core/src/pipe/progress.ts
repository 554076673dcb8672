/** How far a pipe has come; shared between `pipe` and its paths so that it is known after an error too. */
export interface Progress {
  path: string
  bytes: number
  messages: number
  ended: boolean
  /** System calls that a mover made. */
  kernelCalls?: number
}
