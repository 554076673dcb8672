/**
 * `pipe` moves a stream by the cheapest path that the two ends allow: in the kernel (a mover), buffer hand-over (`adopt`), read
 * straight into the sink's claim (`readInto`), one copy.
 */
import { pipeEnded } from '../diagnostics.js'
import { CamioError, isCamioError } from '../error.js'
import { registry as globalRegistry, type Registry } from '../registry.js'
import type { Stream } from '../stream.js'
import { moveInKernel } from './in-kernel.js'
import { adoptLoop, canReadInto, copyLoop, readIntoLoop } from './loops.js'
import { Progress } from './progress.js'

export interface PipeOptions {
  /**
   * Stops the pipe, and the result says how far it came. Bytes that were not delivered stay with the source; a message that was
   * taken from it is delivered first (close the sink to give that up).
   */
  readonly signal?: AbortSignal | undefined
  /** Told now and then how many bytes went so far; at most once per piece moved. */
  readonly onProgress?: ((bytes: number) => void) | undefined
  /** End the sinks at the source's end (default), or leave them open for more. */
  readonly end?: boolean | undefined
  /** Close source and sinks when done (default: neither). */
  readonly close?: boolean | undefined
  /** Where movers are looked up; the shared registry by default. */
  readonly registry?: Registry | undefined
}

export type PipePath = 'hand-over' | 'read-into' | 'copy' | (string & {})

export interface PipeResult {
  /** A mover's name (`copy_file_range`, `sendfile`, `splice`, `tee`, `read-write`), `hand-over`, `read-into` or `copy`. */
  readonly path: PipePath
  /** Bytes that every sink took. */
  readonly bytes: number
  /** Messages or pieces; 0 for in-kernel paths. */
  readonly messages: number
  /** User-space copies, all streams together. */
  readonly copies: number
  readonly systemCalls: number
  /** Was the source's end reached? `false` after an abort. */
  readonly ended: boolean
  /**
   * The message that was taken from the source when a sink failed, and that not every sink took: a copy of it. On byte streams the
   * source keeps what was not delivered, and this is `null`, except after a splice or tee out of a socket or a pipe: there it is
   * what the kernel had taken already, and follows the first `bytes`.
   */
  readonly undelivered: Uint8Array | null
}

/** An error of `pipe` that says how far it came. */
export class PipeError extends CamioError {
  constructor(
    error: CamioError,
    readonly result: PipeResult,
  ) {
    super(error.code, error.message, { ...pick(error), cause: error })
  }
}

function pick(error: CamioError): { uri?: string; errno?: number; syscall?: string } {
  const { uri, errno, syscall } = error
  return {
    ...(uri !== undefined && { uri }),
    ...(errno !== undefined && { errno }),
    ...(syscall !== undefined && { syscall }),
  }
}

/**
 * Moves everything from `source` to `sink`, or to every one of several sinks.
 * @throws PipeError with `result` when a stream fails. An abort does not throw: `result.ended` is false.
 */
export async function pipe(
  source: Stream,
  sink: Stream | readonly Stream[],
  options: PipeOptions = {},
): Promise<PipeResult> {
  const sinks = Array.isArray(sink) ? (sink as readonly Stream[]) : [sink as Stream]
  checkEnds(source, sinks)
  const progress = new Progress(options)
  const before = costs(source, sinks)
  let failure: unknown = null
  try {
    await move(source, sinks, options, progress)
    await finish(sinks, options, progress)
  } catch (error) {
    // An abort is no failure; what was committed leaves by itself.
    if (!progress.aborted || error !== options.signal?.reason) failure = error
  }
  const after = costs(source, sinks)
  const result: PipeResult = {
    path: progress.path,
    bytes: progress.bytes,
    messages: progress.messages,
    copies: after.copies - before.copies,
    systemCalls: after.systemCalls - before.systemCalls + progress.kernelCalls,
    ended: progress.ended && failure === null,
    undelivered: progress.undelivered,
  }
  if (options.close) await closeAll([source, ...sinks], failure !== null)
  pipeEnded({ source, sinks, result, error: failure })
  if (failure === null) return result
  throw isCamioError(failure) ? new PipeError(failure, result) : failure
}

async function finish(sinks: readonly Stream[], { end, signal }: PipeOptions, progress: Progress): Promise<void> {
  for (const sink of sinks) await (progress.ended && end !== false ? sink.end({ signal }) : sink.flush({ signal }))
}

async function move(source: Stream, sinks: readonly Stream[], options: PipeOptions, progress: Progress): Promise<void> {
  if (await moveInKernel(source, sinks, options, progress, options.registry ?? globalRegistry)) return
  const only = sinks.length === 1 ? sinks[0]! : null
  if (only?.adopt && source.handOver && source.region !== undefined && source.region === only.region) {
    return adoptLoop(source, only, options, progress)
  }
  if (only && canReadInto(source, only)) return readIntoLoop(source, only, options, progress)
  return copyLoop(source, sinks, options, progress)
}

/** A pipe that would join or split messages without anybody having said how is refused. */
function checkEnds(source: Stream, sinks: readonly Stream[]): void {
  if (sinks.length === 0)
    throw new CamioError('ERR_CAMIO_MISUSE', `pipe from ${source.uri} needs a sink`, { uri: source.uri })
  for (const sink of sinks) {
    if (source.features.framing === sink.features.framing) continue
    const message = `pipe from ${source.features.framing} (${source.uri}) to ${sink.features.framing} (${sink.uri}): declare framing= and frame= at one end`
    throw new CamioError('ERR_CAMIO_BAD_OPTION', message, { uri: source.uri })
  }
}

function costs(source: Stream, sinks: readonly Stream[]): { copies: number; systemCalls: number } {
  let { copies, systemCalls } = source.stats.read
  for (const { stats } of sinks) {
    copies += stats.write.copies
    systemCalls += stats.write.systemCalls
  }
  return { copies, systemCalls }
}

async function closeAll(streams: readonly Stream[], failed: boolean): Promise<void> {
  const closed = await Promise.allSettled(streams.map((stream) => stream.close()))
  if (failed) return
  for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason
}
