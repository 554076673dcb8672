/** A camio stream as Web Streams. Byte streams are readable byte streams: a BYOB reader's own memory is filled by the transport. */
import { ReadableStream, WritableStream } from 'node:stream/web'
import { ReadInto, type Stream } from '../stream.js'
import type { WaitOptions } from '../wait/wait.js'
import { bytesOf } from './bytes-of.js'
import { Filler } from './filler.js'

export interface WebPair {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** What a reader without memory of its own gets at a time, at most. */
const PIECE = 64 * 1024

/**
 * Both halves. They own `stream` from now on: it is closed when both are done, and reset when one of them is cancelled or aborted. A
 * stream of messages gives and takes a chunk a message.
 */
export function toWeb(stream: Stream): WebPair {
  const halves = new Halves(stream, 2)
  return { readable: readableOf(halves), writable: writableOf(halves) }
}

/** The reading half alone: at its end the whole stream is closed. @see toWeb */
export function toReadableStream(stream: Stream): ReadableStream<Uint8Array> {
  return readableOf(new Halves(stream, 1))
}

/** The writing half alone: when it is closed, the whole stream is. @see toWeb */
export function toWritableStream(stream: Stream): WritableStream<Uint8Array> {
  return writableOf(new Halves(stream, 1))
}

/** Closes the stream after its last half. */
class Halves {
  /** Ends the waits of a half that somebody gave up. */
  readonly givenUp = new AbortController()

  constructor(
    readonly stream: Stream,
    private open: number,
  ) {}

  async done(): Promise<void> {
    this.open--
    if (this.open === 0) await this.stream.close()
  }

  /** What fails here is over for both halves: nobody could close the stream any more. */
  async attempt(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      await this.discard()
      throw error
    }
  }

  async discard(): Promise<void> {
    this.givenUp.abort()
    await this.stream.close({ discard: true })
  }
}

function readableOf(halves: Halves): ReadableStream<Uint8Array> {
  const cancel = () => halves.discard()
  if (halves.stream.features.framing === 'messages') {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) =>
      halves.attempt(pullMessage(halves, controller))
    return new ReadableStream({ pull, cancel }, { highWaterMark: 0 })
  }
  const filler = new Filler(halves.stream)
  return new ReadableStream({
    type: 'bytes',
    autoAllocateChunkSize: PIECE,
    pull: (controller) => halves.attempt(pullBytes(halves, filler, controller)),
    cancel,
  })
}

async function pullMessage(halves: Halves, controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
  const { stream, givenUp } = halves
  const lease = await stream.read(givenUp)
  if (lease === null) {
    controller.close()
    await halves.done()
    return
  }
  controller.enqueue(lease.slice())
  stream.release()
}

async function pullBytes(halves: Halves, filler: Filler, controller: ReadableByteStreamController): Promise<void> {
  const { stream, givenUp } = halves
  for (;;) {
    // With autoAllocateChunkSize there always is one, unless the stream was cancelled meanwhile.
    const request = controller.byobRequest
    if (request === null) return
    const { buffer, byteOffset, byteLength } = request.view!
    const count = filler.fill(new Uint8Array(buffer, byteOffset, byteLength))
    if (count > 0) {
      request.respond(count)
      return
    }
    if (count === ReadInto.END) {
      controller.close()
      request.respond(0)
      await halves.done()
      return
    }
    await stream.readable(givenUp)
  }
}

/** Node's types leave the signal out. */
type AbortableController = WritableStreamDefaultController & { readonly signal: AbortSignal }

function writableOf(halves: Halves): WritableStream<Uint8Array> {
  const { stream } = halves
  // An abort reaches the sink when the write that it should cut short is over: its signal comes at once.
  const waiting: { signal?: AbortSignal } = {}
  return new WritableStream({
    start(controller) {
      waiting.signal = (controller as AbortableController).signal
    },
    write: (chunk) => halves.attempt(stream.write(bytesOf(chunk), waiting)),
    close: () => halves.attempt(finish(halves, waiting)),
    abort: () => halves.discard(),
  })
}

async function finish(halves: Halves, waiting: WaitOptions): Promise<void> {
  await halves.stream.end(waiting)
  await halves.done()
}
