/** What a stream has beneath it: the memory that frames come in, the memory that they leave from, and the socket. */
import type { CamioError } from '../error.js'
import type { BatchHandler, BatchWriter } from '../stream.js'

/** What stands in memory that is shared with the kernel makes no sense: the stream is broken. */
export class Corrupt extends Error {}

/** A stream, as its port sees it. */
export interface PortOwner {
  readonly counters: Float64Array
  /** Something may have come. */
  arrived(): void
  /** There may be room to send. */
  sendable(): void
  /** So many frames are lost that would have been read. */
  lostIncoming(count: number): void
  /** So many frames that were written are lost. @param error what the system said */
  lostOutgoing(count: number, error: Error): void
  fail(error: CamioError): void
  /** @param error a {@link Corrupt}, which breaks the stream; anything else is thrown on */
  corrupted(error: unknown): void
}

/** Whoever reads many frames at once, as a source sees it. */
export interface FrameTaker {
  /** Longer frames are not handed out. */
  readonly largest: number
  /** Nothing more is handed out, and the memory may be gone: looked at after every frame. */
  readonly readingOver: boolean
  /** So many frames, of so many bytes in all, were handed out. */
  countRead(frames: number, bytes: number): void
}

/** Whoever writes many frames at once, as a sink sees it. */
export interface FrameFiller {
  /** Nothing more is written, and the memory may be gone: looked at after every frame. */
  readonly writingOver: boolean
  /** What a writer answered, as the length of a frame; -1: none, and no more. @throws an answer that is no length */
  lengthOf(answer: number | void | false, length: number): number
  /** So many frames, of so many bytes in all, were written. */
  countWritten(frames: number, bytes: number): void
}

/** Frames in. */
export interface FrameSource {
  /** Moves to the next frame. @returns `false`: not now @throws Corrupt */
  next(): boolean
  /** Does another frame lie there, under the same hold as the one at hand? Those are freed together. */
  readonly hasMore: boolean
  /** The frame at hand is `bytes[offset, offset + length)`. */
  readonly bytes: Uint8Array
  readonly offset: number
  readonly length: number
  /** `false`: the system has cut it. */
  readonly whole: boolean
  /** When it was received, in milliseconds since 1970; `NaN` where nobody knows. */
  readonly time: number
  /**
   * Hands out the frame at hand and up to `most - 1` that lie there behind it: only such as need no more than a look at their place,
   * so that its loop is lean. `next` sees to all others, and tells what is wrong with them. Counts them also when `fn` throws.
   * @returns `false`: `fn` has stopped it, or reading is over
   */
  handOut(fn: BatchHandler, most: number, taker: FrameTaker): boolean
  /** Nothing points into the frames that were handed out any more. @throws Corrupt */
  free(): void
}

/** Frames out. One claim at a time. Any of it may throw {@link Corrupt}. */
export interface FrameSink {
  readonly bytes: Uint8Array
  /** Frames up to this length can be filled in by `fill`. */
  readonly piece: number
  /** Room for `length` bytes. @returns its offset in `bytes`; -1: not now */
  claim(length: number): number
  /** The claim's first `length` bytes are a frame. */
  append(length: number): void
  /**
   * Lets `fn` write the frame with this `index` where the claim lies that is out, and others behind it while their index is under
   * `limit` and little waits. A claim may be out afterwards. Counts them also when `fn` throws.
   * @param length at most {@link piece} @returns `false`: `fn` has stopped it, or writing is over
   */
  fill(fn: BatchWriter, length: number, index: number, limit: number, filler: FrameFiller): boolean
  cancel(): void
  /** Does so much wait that it is best sent now, while it is in the processor's cache? */
  readonly due: boolean
  /** Sends what waits. @returns whether all of it is with the system */
  send(): boolean
  /** Is all of it with the system? */
  readonly empty: boolean
  /** Might `send` get further, or a claim succeed? `false`: only after `sendable`. */
  readonly maySend: boolean
}

export interface Port {
  readonly source: FrameSource
  readonly sink: FrameSink
  /** Somebody begins to wait: the system must tell of what the port does not see by itself. */
  arm(interest: number): void
  /** Asks the kernel what was lost since it was asked last, and tells the owner. */
  countLosses(): void
  /**
   * Gives everything back.
   * @param linger milliseconds that what the system was given may yet take to leave, where closing would stop it
   */
  close(linger: number): void | Promise<void>
}
