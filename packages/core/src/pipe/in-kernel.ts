/** The path through the kernel: descriptors are lent to the cheapest mover that takes them. */
import { isCamioError } from '../error.js'
import type { Registry } from '../registry.js'
import type { KernelEnd, Stream } from '../stream.js'
import type { Mover } from './mover.js'
import type { PipeOptions } from './pipe.js'
import type { Progress } from './progress.js'

interface Ends {
  source: KernelEnd
  sinks: KernelEnd[]
}

/** @returns whether it is done; `false`: nothing was moved beyond what `progress` says, take another path */
export async function moveInKernel(
  source: Stream,
  sinks: readonly Stream[],
  options: PipeOptions,
  progress: Progress,
  registry: Registry,
): Promise<boolean> {
  if (registry.movers().length === 0 || !source.takeKernel || !sinks.every((sink) => sink.takeKernel)) return false
  for (const sink of sinks) await sink.flush({ signal: options.signal })
  const tried = new Set<Mover>()
  for (;;) {
    const ends = take(source, sinks)
    if (ends === null) return false
    const mover = cheapest(registry, ends, tried)
    if (mover === null) {
      giveBack(ends, 0, false)
      return false
    }
    if (ends.source.buffered !== null && ends.source.buffered.length > 0) {
      await deliverBuffered(ends, sinks, options, progress)
      continue
    }
    tried.add(mover)
    if (await run(mover, ends, options, progress)) return true
  }
}

function take(source: Stream, sinks: readonly Stream[]): Ends | null {
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

function cheapest(registry: Registry, ends: Ends, tried: ReadonlySet<Mover>): Mover | null {
  let best: Mover | null = null
  let least = Infinity
  for (const mover of registry.movers()) {
    const cost = tried.has(mover) ? null : mover.match(ends.source, ends.sinks)
    if (cost !== null && cost < least) {
      least = cost
      best = mover
    }
  }
  return best
}

/** What the source had read ahead goes first, by a write that copies at most once. */
async function deliverBuffered(
  ends: Ends,
  sinks: readonly Stream[],
  options: PipeOptions,
  progress: Progress,
): Promise<void> {
  const bytes = ends.source.buffered!
  for (const end of ends.sinks) end.moved(0, false)
  for (const sink of sinks) {
    await sink.write(bytes)
    await sink.flush({ signal: options.signal })
  }
  progress.bytes += bytes.length
  progress.messages += 1
  ends.source.moved(0, false)
}

async function run(mover: Mover, ends: Ends, options: PipeOptions, progress: Progress): Promise<boolean> {
  const base = progress.bytes
  const { onProgress } = options
  const result = await mover.run(ends.source, ends.sinks, {
    signal: options.signal,
    onProgress: onProgress && ((bytes) => onProgress(base + bytes)),
  })
  giveBack(ends, result.bytes, result.ended)
  progress.bytes += result.bytes
  progress.kernelCalls = (progress.kernelCalls ?? 0) + result.systemCalls
  // The kernel declined these two descriptors; nothing was moved.
  if (isCamioError(result.error, 'ERR_CAMIO_UNSUPPORTED') && result.bytes === 0) return false
  progress.path = mover.name
  progress.ended = result.ended
  if (result.error !== undefined && !options.signal?.aborted) throw result.error
  return true
}

function giveBack(ends: Ends, bytes: number, ended: boolean): void {
  ends.source.moved(bytes, ended)
  for (const sink of ends.sinks) sink.moved(bytes, false)
}
