/** Web Streams, and whatever can be iterated, as camio byte streams. */
import type { ReadableStream, ReadableWritablePair, WritableStream } from 'node:stream/web'
import type { Stream } from '../stream.js'
import { Adapted, type ChunkSink, type Events, type FromOptions } from './adapted.js'
import { Pump } from './pump.js'

/** One direction, or both. `fetch`'s bodies, `TransformStream`, `CompressionStream`, WebTransport's streams... */
export type WebEnds =
  | ReadableStream<Uint8Array>
  | WritableStream<Uint8Array>
  | ReadableWritablePair<Uint8Array, Uint8Array>

/**
 * Takes over a ReadableStream, a WritableStream or a pair of both, which are locked from now on. `close()` ends the one and cancels
 * the other; `close({ discard: true })` aborts both.
 */
export function fromWeb(web: WebEnds, options: FromOptions = {}): Stream {
  const readable = 'getReader' in web ? web : 'readable' in web ? web.readable : null
  const writable = 'getWriter' in web ? web : 'writable' in web ? web.writable : null
  const sides = { readable: readable !== null, writable: writable !== null }
  return new Adapted('web', options, sides, (events) => ({
    source: readable === null ? null : sourceOf(readable, events),
    sink: writable === null ? null : sinkOf(writable, events),
  }))
}

/**
 * The bytes of an iterable: an async generator, an array of Buffers, a response's body. Each chunk is lent where it lies, so that it
 * must not change after it was given. Closing before the end calls the iterator's `return`.
 */
export function fromIterable(
  iterable: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  options: FromOptions = {},
): Stream {
  return new Adapted('iterable', options, { readable: true, writable: false }, (events) => {
    const iterator = Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]()
    const source = new Pump(
      events,
      async () => iterator.next(),
      async () => iterator.return?.(),
    )
    return { source, sink: null }
  })
}

function sourceOf(readable: ReadableStream<Uint8Array>, events: Events): Pump {
  const reader = readable.getReader()
  return new Pump(
    events,
    () => reader.read(),
    () => reader.cancel(),
  )
}

function sinkOf(writable: WritableStream<Uint8Array>, events: Events): ChunkSink {
  const writer = writable.getWriter()
  writer.closed.catch(events.broke)
  return {
    write(bytes) {
      writer.write(bytes).catch(events.broke)
      if ((writer.desiredSize ?? 0) > 0) return true
      writer.ready.then(events.room, events.broke)
      return false
    },
    end: () => writer.close(),
    abort: () => void writer.abort().catch(() => {}),
  }
}
