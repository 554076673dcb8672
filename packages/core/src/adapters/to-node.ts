/** A camio stream as one of Node's: for `pipe`, `pipeline`, and every library that takes a Duplex, a Readable or a Writable. */
import { Duplex, type DuplexOptions, type Readable, type Writable } from 'node:stream'
import type { Stream } from '../stream.js'
import { DONE } from '../wait/wait.js'
import { bytesOf } from './bytes-of.js'
import { NodeReading } from './node-reading.js'

export interface NodeOptions
  extends Pick<DuplexOptions, 'allowHalfOpen' | 'highWaterMark' | 'readableHighWaterMark' | 'writableHighWaterMark'> {
  /** Aborting destroys the Node stream with an AbortError, and resets the camio stream. */
  readonly signal?: AbortSignal
}

/** What is buffered before `write` says stop, as Node has it from release 22 on. */
const HIGH_WATER = 64 * 1024

export type NodeStream<Kind> = Kind & {
  /** What it stands for. `stats` counts here what the adapter copied, too. */
  readonly stream: Stream
  /** As of a socket: whether waiting for data keeps the process alive. */
  ref(): NodeStream<Kind>
  unref(): NodeStream<Kind>
}

class CamioDuplex extends Duplex {
  private readonly reading: NodeReading
  private flushing = false

  constructor(
    readonly stream: Stream,
    sides: { readable: boolean; writable: boolean },
    options: NodeOptions,
  ) {
    const objectMode = stream.features.framing === 'messages'
    super({ ...(objectMode ? { objectMode } : { highWaterMark: HIGH_WATER }), ...options, ...sides })
    this.reading = new NodeReading(stream, this)
  }

  override _read(): void {
    this.reading.read()
  }

  override _write(chunk: unknown, encoding: BufferEncoding, callback: Callback): void {
    let written: Promise<void>
    try {
      written = this.stream.write(bytesOf(chunk, encoding))
    } catch (error) {
      callback(error as Error)
      return
    }
    if (!this.flushing) this.flushSoon()
    if (written === DONE) callback()
    else tell(written, callback)
  }

  /**
   * What was written leaves when the listener that wrote it returns, together with what it wrote besides; the turn may have other
   * listeners to call, and the end of it is late for an answer that somebody waits for.
   */
  private flushSoon(): void {
    this.flushing = true
    process.nextTick(FLUSH, this)
  }

  flush(): void {
    this.flushing = false
    this.stream.flushInBackground()
  }

  override _final(callback: Callback): void {
    tell(this.stream.end(), callback)
  }

  override _destroy(reason: Error | null, callback: Callback): void {
    this.reading.stop()
    tell(this.stream.close({ discard: reason !== null }), (error) => callback(reason ?? error))
  }

  ref(): this {
    this.stream.ref()
    return this
  }
  unref(): this {
    this.stream.unref()
    return this
  }
}

const FLUSH = (node: CamioDuplex): void => node.flush()

type Callback = (error?: Error | null) => void

/** Outside the promise: what a program's listener throws is an exception of the program, not a rejection of ours. */
function tell(done: Promise<void>, callback: Callback): void {
  done.then(
    () => process.nextTick(callback),
    (error) => process.nextTick(callback, error),
  )
}

/**
 * A Duplex over `stream`, which it owns from now on: it is closed when the Duplex is destroyed, reset when that is for an error. A
 * stream of messages gives and takes a chunk a message (object mode, Buffers). Large chunks are sent from where they lie: as with every
 * Writable they must not change before the write's callback.
 */
export function toDuplex(stream: Stream, options: NodeOptions = {}): NodeStream<Duplex> {
  const { readable, writable } = stream.features
  return new CamioDuplex(stream, { readable, writable }, options)
}

/** The reading half alone: at its end the whole stream is closed. @see toDuplex */
export function toReadable(stream: Stream, options: NodeOptions = {}): NodeStream<Readable> {
  return new CamioDuplex(stream, { readable: true, writable: false }, options)
}

/** The writing half alone: when it finished the whole stream is closed. @see toDuplex */
export function toWritable(stream: Stream, options: NodeOptions = {}): NodeStream<Writable> {
  return new CamioDuplex(stream, { readable: false, writable: true }, options)
}
