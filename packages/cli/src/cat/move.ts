/**
 * One input after the other. To one output each goes through `pipe`, so in the kernel where that is possible. To several it does
 * not: if one of them fails in the middle, tee(2) cannot say how far each of the others is, and they are to go on from there.
 */
import { type CamioError, isCamioError, PipeError, pipe, Registry, type Stream } from '@camio/core'
import type { End, Opening } from '../end.js'
import { openInput } from './input.js'
import { merged } from './merge.js'
import type { OutputError, Outputs } from './outputs.js'
import { nothing, type Part, part } from './summary.js'

/** What is going on, told to whoever started it. */
export interface Job extends Opening {
  /** Told the bytes moved so far, all inputs together, where somebody watches. */
  readonly moving: ((bytes: number) => void) | undefined
  done(part: Part): void
  /** An input failed; the next one follows. */
  failed(end: End, error: unknown, part?: Part): void
  /** An output failed; the others go on. */
  lost(error: OutputError): void
}

/** @throws OutputError */
export async function inOrder(inputs: readonly End[], outputs: Outputs, job: Job): Promise<void> {
  let before = 0
  for (const end of inputs) {
    if (job.signal?.aborted) return
    before += await (outputs.streams.length > 1
      ? merged([end], outputs, job, before)
      : alone(end, outputs, job, before))
  }
}

async function alone(end: End, outputs: Outputs, job: Job, before: number): Promise<number> {
  const source = await openInput(end, job)
  return source === null ? 0 : pipeOne(end, source, outputs, job, before)
}

/** Knows no path through the kernel. */
const WITHOUT_MOVERS = new Registry()

/** @returns the bytes moved */
async function pipeOne(end: End, source: Stream, outputs: Outputs, job: Job, before: number): Promise<number> {
  const { signal, small, moving } = job
  const registry = small ? WITHOUT_MOVERS : undefined
  const onProgress = moving && ((bytes: number) => moving(before + bytes))
  try {
    const result = await pipe(source, outputs.streams, { signal, end: false, onProgress, registry })
    job.done(part(end.given, result))
    return result.bytes
  } catch (error) {
    if (!isCamioError(error)) throw error
    return failedPipe(end, error, outputs, job)
  } finally {
    await source.close({ discard: true })
  }
}

/** @throws OutputError unless the input is to blame */
function failedPipe(end: End, error: CamioError, outputs: Outputs, job: Job): number {
  const came = error instanceof PipeError ? part(end.given, error.result) : nothing(end.given)
  const blamed = outputs.blame(error)
  if (blamed === null) {
    job.failed(end, error, came)
  } else {
    job.done(came)
    throw blamed
  }
  return came.bytes
}
