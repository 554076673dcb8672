/** `explain(..., { analyze: true })`: does it, and says what the counters say. */
import { type PipeResult, pipe } from '../pipe/pipe.js'
import { Progress, turn } from '../pipe/progress.js'
import type { Registry } from '../registry.js'
import type { Stream } from '../stream.js'
import type { Measured } from './explanation.js'

export interface RunOptions {
  readonly signal: AbortSignal | undefined
  readonly registry: Registry
}

/** Moves everything. @throws what `pipe` throws */
export async function runPipe(source: Stream, sink: Stream, options: RunOptions): Promise<Measured> {
  const before = { wakeUps: wakeUps(source, sink), messages: sink.stats.write.messages }
  const result: PipeResult = await pipe(source, sink, options)
  const { path, bytes, copies, systemCalls, ended } = result
  return {
    path,
    // A lease may be more than the sink takes at once: then it is the sink's pieces that are copied.
    messages: Math.max(result.messages, sink.stats.write.messages - before.messages),
    bytes,
    copies,
    systemCalls,
    wakeUps: wakeUps(source, sink) - before.wakeUps,
    ended,
  }
}

function wakeUps(source: Stream, sink: Stream): number {
  return source.stats.read.wakeUps + sink.stats.write.wakeUps
}

/** Reads everything. @throws the stream's error */
export async function runRead(stream: Stream, { signal }: RunOptions): Promise<Measured> {
  const before = stream.stats.read.toJSON()
  const progress = new Progress({ signal })
  let bytes = 0
  const count = (_: Uint8Array, __: number, length: number) => {
    bytes += length
  }
  try {
    while (!stream.ended && !progress.aborted) {
      if (stream.readBatch(count) === 0 && !stream.ended) await stream.readable({ signal })
      else if (progress.due) await turn()
    }
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error
  }
  const after = stream.stats.read.toJSON()
  return {
    path: 'read',
    messages: after.messages - before.messages,
    bytes,
    copies: after.copies - before.copies,
    systemCalls: after.systemCalls - before.systemCalls,
    wakeUps: after.wakeUps - before.wakeUps,
    ended: stream.ended,
  }
}
