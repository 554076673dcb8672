/** In-kernel paths between two kinds of stream, registered by the packages that have native code. */
import type { KernelEnd, KernelPlace } from '../stream.js'

export type KernelKind = Pick<KernelPlace, 'kind'>

export interface MoveOptions {
  /** Take no more from the source, deliver what was taken. */
  readonly signal: AbortSignal
  /** One of the streams closes and waits for its descriptor: end at once, even if a sink has no room for what was taken. */
  readonly recalled: AbortSignal
  /** Told now and then how many bytes went so far. Never throws: where the program's own callback does, `signal` aborts. */
  readonly onProgress: ((bytes: number) => void) | undefined
}

export interface MoveResult {
  /** Bytes that every sink took. */
  readonly bytes: number
  /** Was the source's end seen? `false` after an abort. */
  readonly ended: boolean
  /** What stopped it, when `ended` is false: nothing taken from the source and not delivered was lost. */
  readonly error?: unknown
  /** Whose fault a system error was: the source's (-1, the default) or the sink's of this index. It breaks that stream. */
  readonly blame?: number
  /**
   * What was taken from a source that cannot be wound back, and that not every sink took: it follows the first `bytes`, and is in
   * nobody else's hands.
   */
  readonly undelivered?: Uint8Array
  readonly systemCalls: number
}

export interface Mover {
  /** The system call: `copy_file_range`, `sendfile`, `splice`, `tee`; or `read-write`, in a thread of its own. */
  readonly name: string
  /** What it calls for each piece that it moves, for `explain`. */
  readonly systemCalls?: number
  /** Lower is cheaper; `null`: not for these. Sinks may be more than one. By what they are only: they may not be open yet. */
  match(source: KernelKind, sinks: readonly KernelKind[]): number | null
  /** Moves to the source's end, off the main thread; never rejects, see {@link MoveResult.error}. */
  run(source: KernelEnd, sinks: readonly KernelEnd[], options: MoveOptions): Promise<MoveResult>
}
