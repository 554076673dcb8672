/**
 * How messages are marked on a byte stream (`frame=`). A codec is stateless: it finds the next frame in contiguous bytes and
 * writes a header or a trailer around a message; the views keep all state.
 */
export interface FrameCodec {
  readonly name: string
  /** Bytes between the frame's beginning and its message, as it is read. */
  readonly header: number
  readonly trailer: number
  /** Which of the known prefixes this is, so that views find and seal its frames without a call. */
  readonly prefix: number
  /** The largest message that the mark can express. */
  readonly maxMessage: number
  /** Bytes that go before a message of `length` bytes, at most, as it is written. `null`: always `header` */
  readonly room: ((length: number) => number) | null
  /**
   * Finds the frame at `start` in `bytes[start, end)`.
   * @param searched how many of these bytes were looked at before without success: a scanner need not look again
   * @returns the length of what lies between header and trailer, or -1 when the frame is not complete yet
   */
  find(bytes: Uint8Array, start: number, end: number, searched: number): number
  /** The message length that an incomplete frame announces, or -1 while it is unknown. */
  announced(bytes: Uint8Array, start: number, end: number): number
  /** What no more bytes can mend about the frame at `start`, or `null`. `null` instead of it: nothing can be wrong */
  readonly wrong: ((bytes: Uint8Array, start: number, end: number) => string | null) | null
  /**
   * Makes a frame at `start` of the message at `offset`, `room` of a length that is not less behind it.
   * @returns where the frame ends
   */
  seal(bytes: Uint8Array, start: number, offset: number, length: number): number
  /** Does `seal` move a message that lies `room` bytes behind the frame's beginning? `null`: never */
  readonly moves: ((room: number, length: number) => boolean) | null
  /** May a message of these bytes be sent? @returns why not, or `null`. `null` instead of it: any message may */
  readonly refuses: ((bytes: Uint8Array, offset: number, length: number) => string | null) | null
  /** Is a rest without its mark at the end of the stream a message (the last line), or a cut-off frame? */
  readonly restIsMessage: boolean
}
