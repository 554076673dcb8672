/** A pipe of real data between two schemes: predicted before, measured after. */
import { type Explanation, explain } from '@camio/core'
import { type Subject, subjects } from './subjects.js'

/** Some share a read, some straddle two of them, and one is nearly as large as core's smallest window. */
export const MESSAGES: readonly Uint8Array[] = Array.from({ length: 300 }, (_, i) =>
  new Uint8Array(i === 100 ? 60_000 : 1 + ((i * 997) % 9000)).fill(i),
)

export interface PairOutcome {
  /** Before anything was opened. */
  readonly planned: ReturnType<Explanation['toJSON']>
  readonly analyzed: ReturnType<Explanation['toJSON']>
  /** `null`: it went to standard output. */
  readonly received: Uint8Array | null
}

export async function runPair(from: string, to: string, folder: string): Promise<PairOutcome> {
  const all = subjects(folder)
  const [source, sink] = [from, to].map((name) => all.find(({ scheme }) => scheme === name)!) as [Subject, Subject]
  const [fed, drained] = [
    await source.source!(MESSAGES, frameOf(source, sink)),
    await sink.sink!(frameOf(sink, source)),
  ]
  const options = { ...fed.options, ...drained.options }
  const planned = await explain(fed.uri, drained.uri, options)
  const analyzed = await explain(fed.uri, drained.uri, { ...options, analyze: true })
  await fed.done
  return { planned: planned.toJSON(), analyzed: analyzed.toJSON(), received: await drained.received() }
}

/** Bytes meet messages: the bytes need a mark. */
export function frameOf(own: Subject, other: Subject): string | undefined {
  return own.framing === 'bytes' && other.framing === 'messages' ? 'u32' : undefined
}
