/** The path through the kernel: descriptors are lent to the cheapest mover that takes them. */
import { fromSystemError, isCamioError } from '../error.js'
import type { Registry } from '../registry.js'
import type { KernelEnd, Stream } from '../stream.js'
import { offAbort, onAbort } from '../wait/abort.js'
import { closedError } from '../wait/wait.js'
import { copyLease } from './loops.js'
import type { KernelKind, MoveResult, Mover } from './mover.js'
import type { PipeOptions } from './pipe.js'
import type { Progress } from './progress.js'

interface Ends {
  source: KernelEnd
  sinks: KernelEnd[]
}

/** @returns whether it is done; `false`: take another path for what `progress` does not count yet */
export async function moveInKernel(
  source: Stream,
  sinks: readonly Stream[],
  options: PipeOptions,
  progress: Progress,
  registry: Registry,
): Promise<boolean> {
  if (registry.movers().length === 0 || !source.takeKernel || !sinks.every((sink) => sink.takeKernel)) return false
  const tried = new Set<Mover>()
  while (!progress.aborted) {
    for (const sink of sinks) await sink.flush({ signal: options.signal })
    const ends = take(source, sinks)
    if (ends === null) return false
    const mover = cheapest(registry, ends.source, ends.sinks, tried)
    if (mover === null) {
      giveBack(ends, 0, false)
      return false
    }
    if (ends.source.buffered !== null && ends.source.buffered.length > 0) {
      giveBack(ends, 0, false)
      if (await deliverBuffered(source, sinks, options, progress)) continue
      return true
    }
    tried.add(mover)
    const result = await run(mover, ends, options, progress)
    if (isCamioError(result.error, 'ERR_CAMIO_UNSUPPORTED')) continue
    progress.path = mover.name
    progress.ended = result.ended
    const recaller = result.ended ? null : whoRecalled(ends, source, sinks)
    if (recaller !== null) throw closedError(recaller)
    if (result.error !== undefined && !progress.aborted) throw broken(result, source, sinks)
    return true
  }
  return true
}

/** @returns `null` also where a stream is closed by now: the ordinary path says so */
function take(source: Stream, sinks: readonly Stream[]): Ends | null {
  if (source.closed || sinks.some((sink) => sink.closed)) return null
  const from = source.takeKernel!('read')
  if (from === null) return null
  const to: KernelEnd[] = []
  for (const sink of sinks) {
    const end = sink.takeKernel!('write')
    if (end === null) {
      giveBack({ source: from, sinks: to }, 0, false)
      return null
    }
    to.push(end)
  }
  return { source: from, sinks: to }
}

/** @returns the mover that is asked first, after those that were `tried` in vain; `null`: none is for these */
export function cheapest(
  registry: Registry,
  source: KernelKind,
  sinks: readonly KernelKind[],
  tried: ReadonlySet<Mover> = new Set(),
): Mover | null {
  let best: Mover | null = null
  let least = Infinity
  for (const mover of registry.movers()) {
    const cost = tried.has(mover) ? null : mover.match(source, sinks)
    if (cost !== null && cost < least) {
      least = cost
      best = mover
    }
  }
  return best
}

/** What the source has read ahead goes first, by the ordinary path. @returns `false` when the signal stopped it */
async function deliverBuffered(
  source: Stream,
  sinks: readonly Stream[],
  options: PipeOptions,
  progress: Progress,
): Promise<boolean> {
  const lease = source.tryRead()
  return lease === null || !(await copyLease(source, lease, sinks, options, progress))
}

/** What was moved is counted, whatever the result. @throws what the program's `onProgress` threw, which stops the mover */
async function run(mover: Mover, ends: Ends, options: PipeOptions, progress: Progress): Promise<MoveResult> {
  const { signal } = options
  const stop = new AbortController()
  const teller = new Teller(options, progress.bytes, stop)
  const aborted = () => stop.abort(signal!.reason)
  onAbort(signal, aborted)
  let result: MoveResult = { bytes: 0, ended: false, systemCalls: 0 }
  try {
    result = await mover.run(ends.source, ends.sinks, {
      signal: stop.signal,
      recalled: anyRecall(ends),
      onProgress: options.onProgress && ((bytes) => teller.tell(bytes)),
    })
  } finally {
    offAbort(signal, aborted)
    giveBack(ends, result.bytes, result.ended, result.undelivered?.length)
  }
  progress.bytes += result.bytes
  progress.kernelCalls += result.systemCalls
  if (result.undelivered !== undefined) progress.undelivered = result.undelivered
  if (teller.failure !== null) throw teller.failure.reason
  return result
}

/** Tells the program how far a mover is. What the program throws then must not get into the mover: it is kept for the pipe. */
class Teller {
  failure: { readonly reason: unknown } | null = null

  constructor(
    private readonly options: PipeOptions,
    private readonly base: number,
    private readonly stop: AbortController,
  ) {}

  tell(bytes: number): void {
    if (this.failure !== null) return
    try {
      this.options.onProgress!(this.base + bytes)
    } catch (reason) {
      this.failure = { reason }
      this.stop.abort(reason)
    }
  }
}

/** Aborts when any of the streams closes. */
function anyRecall(ends: Ends): AbortSignal {
  const signals: AbortSignal[] = []
  for (const { recalled } of [ends.source, ...ends.sinks]) if (recalled !== undefined) signals.push(recalled)
  return AbortSignal.any(signals)
}

/** @returns the stream that closed and wanted its descriptor back, or `null` */
function whoRecalled(ends: Ends, source: Stream, sinks: readonly Stream[]): Stream | null {
  if (ends.source.recalled?.aborted) return source
  return sinks.find((_sink, index) => ends.sinks[index]!.recalled?.aborted) ?? null
}

/** A system error breaks the stream that it came from; what a mover says by itself (one file at both ends) breaks nothing. */
function broken({ error, blame = -1 }: MoveResult, source: Stream, sinks: readonly Stream[]): unknown {
  if (isCamioError(error)) return error
  const stream = sinks[blame] ?? source
  const failure = fromSystemError(error, stream.uri, stream === source ? 'cannot read' : 'cannot write')
  stream.fail(failure)
  stream.wasTold(true)
  return failure
}

function giveBack(ends: Ends, bytes: number, ended: boolean, undelivered = 0): void {
  ends.source.moved(bytes + undelivered, ended)
  for (const sink of ends.sinks) sink.moved(bytes, false)
}
