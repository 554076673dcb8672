/**
 * The paths through user space: hand-over, read-into, copy. A message that was taken from the source cannot be put back, so it is
 * delivered even if the signal aborts meanwhile; bytes that were not delivered stay with the source.
 */
import { type CamioError, isCamioError } from '../error.js'
import type { Features } from '../features.js'
import { Counter, WRITE } from '../stats.js'
import { ReadInto, type Stream } from '../stream.js'
import type { PipeOptions } from './pipe.js'
import { type Progress, turn } from './progress.js'

/** Bytes that are claimed at a time on byte streams. */
const PIECE = 256 * 1024
/** Claims are as large as the largest message may be: beyond this, a copy of what came is cheaper than such a claim. */
const LARGEST_BLIND_CLAIM = 64 * 1024

/** Both ends share one memory: each message changes hands, nothing is copied. */
export async function adoptLoop(source: Stream, sink: Stream, options: PipeOptions, progress: Progress): Promise<void> {
  progress.path = 'hand-over'
  while (!progress.aborted) {
    const lease = source.tryRead()
    if (lease === null) {
      if (await atEnd(source, options, progress)) return
      continue
    }
    const { length } = lease
    try {
      while (!sink.adopt!(source)) await sink.writable()
    } catch (error) {
      keep(source, lease, progress)
      throw error
    }
    progress.moved(length)
    if (progress.due) await turn()
  }
}

/** May `source` read straight into claims of `sink`? */
export function canReadInto(source: Stream, sink: Stream): boolean {
  if (!source.readInto || !source.readsInto || source.features.framing !== sink.features.framing) return false
  return fitsBlindClaim(source.features, sink.maxClaim)
}

/** Can room be claimed before it is known what comes? */
export function fitsBlindClaim({ framing, mtu }: Features, maxClaim: number): boolean {
  return framing === 'bytes' || (mtu <= LARGEST_BLIND_CLAIM && mtu <= maxClaim)
}

/** The source reads straight into the sink's claim. */
export async function readIntoLoop(
  source: Stream,
  sink: Stream,
  options: PipeOptions,
  progress: Progress,
): Promise<void> {
  progress.path = 'read-into'
  const size = source.features.framing === 'messages' ? source.features.mtu : Math.min(sink.maxClaim, PIECE)
  while (!progress.aborted) {
    const claim = sink.tryClaim(size)
    if (claim === null) {
      if (await aborted(sink.writable({ signal: options.signal }), progress)) return
      continue
    }
    const count = fill(source, sink, claim)
    if (count >= 0) {
      sink.commit(count)
      progress.moved(count)
      if (progress.due) await turn()
      continue
    }
    sink.cancel()
    if (count === ReadInto.END) {
      progress.ended = true
      return
    }
    if (await aborted(source.readable({ signal: options.signal }), progress)) return
  }
}

function fill(source: Stream, sink: Stream, claim: Uint8Array): number {
  try {
    return source.readInto!(claim)
  } catch (error) {
    sink.cancel()
    throw error
  }
}

/** Lease, write to every sink, release: one copy a sink, or none where the sink sends from the source's memory. */
export async function copyLoop(
  source: Stream,
  sinks: readonly Stream[],
  options: PipeOptions,
  progress: Progress,
): Promise<void> {
  progress.path = 'copy'
  while (!progress.aborted) {
    const lease = source.tryRead()
    if (lease === null) {
      if (await atEnd(source, options, progress)) return
      continue
    }
    if (await copyLease(source, lease, sinks, options, progress)) return
    if (progress.due) await turn()
  }
}

/** Delivers one lease and releases it. @returns whether the signal stopped it */
export async function copyLease(
  source: Stream,
  lease: Uint8Array,
  sinks: readonly Stream[],
  options: PipeOptions,
  progress: Progress,
): Promise<boolean> {
  const { length } = lease
  if (source.features.framing === 'messages') await copyMessage(source, lease, sinks, progress)
  else if (await copyBytes(source, lease, sinks, options, progress)) return true
  progress.moved(length)
  return false
}

async function copyMessage(
  source: Stream,
  lease: Uint8Array,
  sinks: readonly Stream[],
  progress: Progress,
): Promise<void> {
  try {
    for (const sink of sinks) await sink.write(lease)
  } catch (error) {
    keep(source, lease, progress)
    throw error
  }
  source.release()
}

/**
 * A single sink may stop in the middle of the lease: the source keeps the rest. Several would then be at different places, so
 * what one of them got is delivered to all.
 * @returns whether the signal stopped it
 */
async function copyBytes(
  source: Stream,
  lease: Uint8Array,
  sinks: readonly Stream[],
  options: PipeOptions,
  progress: Progress,
): Promise<boolean> {
  const only = sinks.length === 1 ? sinks[0]! : null
  const before = only === null ? 0 : bytesWritten(only)
  try {
    if (only) await only.write(lease, { signal: options.signal })
    else for (const sink of sinks) await sink.write(lease)
  } catch (error) {
    const taken = only === null ? 0 : bytesWritten(only) - before
    if (!source.closed) source.release(taken)
    progress.bytes += taken
    if (only && progress.aborted && error === options.signal?.reason) return true
    throw lostMemory(source, error) ?? error
  }
  source.release()
  return false
}

/** What a sink says of memory that went away while it wrote is the fault of the source that lent it. */
function lostMemory(source: Stream, error: unknown): CamioError | null {
  if (!isCamioError(error, 'ERR_CAMIO_TRUNCATED') || !isCamioError(source.error, 'ERR_CAMIO_TRUNCATED')) return null
  source.wasTold(true)
  return source.error
}

function bytesWritten(sink: Stream): number {
  return sink.stats.counters[WRITE + Counter.bytes]!
}

/** A message is out of the source for good: its bytes are in the result, so that nothing is lost in silence. */
function keep(source: Stream, lease: Uint8Array, progress: Progress): void {
  progress.undelivered = lease.slice()
  if (!source.closed) source.release()
}

/** Nothing at hand: is it the end, the abort, or is there something now? */
async function atEnd(source: Stream, options: PipeOptions, progress: Progress): Promise<boolean> {
  if (source.ended) {
    progress.ended = true
    return true
  }
  return aborted(source.readable({ signal: options.signal }), progress)
}

/** Waits; an abort is an answer here, not an error. */
async function aborted(wait: Promise<void>, progress: Progress): Promise<boolean> {
  try {
    await wait
    return false
  } catch (error) {
    if (progress.aborted) return true
    throw error
  }
}
