/** A pipe of real data between two schemes: predicted before, measured after. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type Explanation, explain, type Features, type Stream } from '@camio/core'
import { messagesFor } from './messages.js'
import { type Fed, type Subject, subjects } from './subjects.js'

export interface PairOutcome {
  /** Before anything was opened. */
  readonly planned: ReturnType<Explanation['toJSON']>
  readonly analyzed: ReturnType<Explanation['toJSON']>
  /** Was there no end to reach? */
  readonly endless: boolean
  /** What was opened. */
  readonly opened: readonly [source: Features, sink: Features]
  /** `null`: it went to standard output. */
  readonly received: Uint8Array | null
}

export async function runPair(from: string, to: string, folder: string): Promise<PairOutcome> {
  const all = subjects(folder)
  const [source, sink] = [from, to].map((name) => all.find(({ scheme }) => scheme === name)!) as [Subject, Subject]
  try {
    return await run(source, sink)
  } finally {
    source.close?.()
    sink.close?.()
  }
}

async function run(source: Subject, sink: Subject): Promise<PairOutcome> {
  const messages = messagesFor(source, sink)!
  const [fed, drained] = [
    await source.source!(messages, frameOf(source, sink)),
    await sink.sink!(frameOf(sink, source)),
  ]
  const options = { ...fed.options, ...drained.options }
  const planned = await explain(fed.uri, drained.uri, options)
  const both = bothOpened()
  const over = fed.feed === undefined ? null : fedWhenOpen(both, fed.feed, messages.length)
  const analyzed = await explain(fed.uri, drained.uri, { ...options, analyze: true, signal: over?.signal })
  await fed.done
  await over?.fed
  return {
    planned: planned.toJSON(),
    analyzed: analyzed.toJSON(),
    endless: over !== null,
    opened: (await both).map(({ features }) => features) as [Features, Features],
    received: await drained.received(analyzed.measured!.bytes),
  }
}

/** Feeds the source as soon as both ends are open; the signal aborts when the sink has taken all. */
function fedWhenOpen(
  both: Promise<[Stream, Stream]>,
  feed: NonNullable<Fed['feed']>,
  count: number,
): { signal: AbortSignal; fed: Promise<unknown> } {
  const controller = new AbortController()
  const fed = both.then(async ([source, sink]) => {
    await feed(source)
    while (sink.stats.write.messages < count) await new Promise(setImmediate)
    controller.abort()
  })
  return { signal: controller.signal, fed }
}

/** The next two streams that are opened: the source comes first. */
function bothOpened(): Promise<[Stream, Stream]> {
  return new Promise((resolve) => {
    const streams: Stream[] = []
    const opened = (message: unknown): void => {
      streams.push((message as { stream: Stream }).stream)
      if (streams.length < 2) return
      unsubscribe(CHANNEL, opened)
      resolve(streams as [Stream, Stream])
    }
    subscribe(CHANNEL, opened)
  })
}

const CHANNEL = 'camio:stream:open'

/** Bytes meet messages: the bytes need a mark. */
export function frameOf(own: Subject, other: Subject): string | undefined {
  return own.framing === 'bytes' && other.framing === 'messages' ? 'u32' : undefined
}
