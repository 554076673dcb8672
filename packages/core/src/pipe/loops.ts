/** The paths through user space: hand-over, read-into, copy. */
import type { Stream } from '../stream.js'
import type { PipeOptions } from './pipe.js'
import type { Progress } from './progress.js'

/** Bytes that are claimed at a time on byte streams. */
const PIECE = 256 * 1024

/** Both ends share one memory: each message changes hands, nothing is copied. */
export async function adoptLoop(source: Stream, sink: Stream, options: PipeOptions, progress: Progress): Promise<void> {
  progress.path = 'hand-over'
  while (!options.signal?.aborted) {
    const lease = source.tryRead()
    if (lease === null) {
      if (await atEnd(source, options, progress)) return
      continue
    }
    const { length } = lease
    // The lease is out: it must arrive even if the signal aborts now.
    while (!sink.adopt!(source)) await sink.writable()
    moved(progress, length, options)
  }
}

/** The source reads straight into the sink's claim. */
export async function readIntoLoop(
  source: Stream,
  sink: Stream,
  options: PipeOptions,
  progress: Progress,
): Promise<void> {
  progress.path = 'read-into'
  const messages = source.features.framing === 'messages'
  const size = Math.min(sink.maxClaim, messages ? source.features.mtu : PIECE)
  while (!options.signal?.aborted) {
    const claim = sink.tryClaim(size)
    if (claim === null) {
      if (await aborted(sink.writable({ signal: options.signal }), options)) return
      continue
    }
    let count: number
    try {
      count = source.readInto!(claim)
    } catch (error) {
      sink.cancel()
      throw error
    }
    if (count > 0 || (messages && count === 0 && source.ready(1))) {
      sink.commit(count)
      moved(progress, count, options)
      continue
    }
    sink.cancel()
    if (count < 0) {
      progress.ended = true
      return
    }
    if (await aborted(source.readable({ signal: options.signal }), options)) return
  }
}

/** Lease, write to every sink, release: one copy a sink. */
export async function copyLoop(
  source: Stream,
  sinks: readonly Stream[],
  options: PipeOptions,
  progress: Progress,
): Promise<void> {
  progress.path = 'copy'
  while (!options.signal?.aborted) {
    const lease = source.tryRead()
    if (lease === null) {
      if (await atEnd(source, options, progress)) return
      continue
    }
    try {
      // No signal here: what was taken from the source is delivered.
      for (const sink of sinks) await sink.write(lease)
    } catch (error) {
      source.release(source.features.framing === 'bytes' ? 0 : undefined)
      throw error
    }
    const { length } = lease
    source.release()
    moved(progress, length, options)
  }
}

/** Nothing at hand: is it the end, the abort, or is there something now? */
async function atEnd(source: Stream, options: PipeOptions, progress: Progress): Promise<boolean> {
  if (source.ended) {
    progress.ended = true
    return true
  }
  return aborted(source.readable({ signal: options.signal }), options)
}

/** Waits; an abort is an answer here, not an error. */
async function aborted(wait: Promise<void>, options: PipeOptions): Promise<boolean> {
  try {
    await wait
    return false
  } catch (error) {
    if (options.signal?.aborted) return true
    throw error
  }
}

function moved(progress: Progress, bytes: number, options: PipeOptions): void {
  progress.bytes += bytes
  progress.messages += 1
  options.onProgress?.(progress.bytes)
}
