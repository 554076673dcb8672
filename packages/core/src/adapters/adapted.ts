/** A camio byte stream over somebody else's source and sink: what Node's, the Web's and iterables have in common. */

import { NOT_NOW } from '../bytes/byte-stream.js'
import { ChunkStream } from '../bytes/chunk-stream.js'
import { fromSystemError } from '../error.js'
import { features } from '../features.js'
import { Interest } from '../source.js'
import { Counter, WRITE } from '../stats.js'
import { DEFAULT_LIMITS, type StreamLimits } from '../stream.js'
import { KeepAlive } from '../wait/keep-alive.js'

export interface FromOptions extends Partial<StreamLimits> {
  /** What the stream calls itself in errors and logs. */
  readonly uri?: string
}

/** What source and sink tell the stream. */
export interface Events {
  /** A chunk, which stays as it is from now on. */
  chunk(bytes: Uint8Array): void
  ended(): void
  /** The sink takes more. */
  room(): void
  broke(error: unknown): void
}

export interface ChunkSource {
  pause(): void
  resume(): void
  /** Nobody reads any more. Must not throw. */
  stop(): void
}

export interface ChunkSink {
  /** Takes bytes that are its own from now on. @returns whether it takes more; if not, `room` follows */
  write(bytes: Uint8Array): boolean
  /** Resolves when everything is written and the end is told. */
  end(): Promise<void>
  /** Must not throw. */
  abort(): void
}

export interface Ends {
  readonly source: ChunkSource | null
  readonly sink: ChunkSink | null
}

export class Adapted extends ChunkStream {
  private readonly source: ChunkSource | null
  private readonly sink: ChunkSink | null
  private readonly keepAlive = new KeepAlive()
  private room = true
  private ending: Promise<void> | null = null

  constructor(
    kind: string,
    options: FromOptions,
    sides: { readable: boolean; writable: boolean },
    connect: (events: Events) => Ends,
  ) {
    const { uri = `${kind}:`, ...limits } = options
    const copies = { read: 0, write: 1 }
    super({
      uri,
      features: features({ ...sides, scope: 'process', engine: 'node', copies }),
      limits: { ...DEFAULT_LIMITS, ...limits },
    })
    const ends = connect({
      chunk: (bytes) => this.received(bytes),
      ended: () => this.receivedEnd(),
      room: () => this.madeRoom(),
      broke: (error) => this.fail(fromSystemError(error, uri, 'lost')),
    })
    this.source = ends.source
    this.sink = ends.sink
  }

  protected pauseSource(): void {
    this.source?.pause()
  }
  protected resumeSource(): void {
    this.source?.resume()
  }

  private madeRoom(): void {
    this.room = true
    this.pushable()
  }

  /** Into memory of its own: the sink may keep it for as long as it likes, and ours is used again. */
  protected push(source: Uint8Array, offset: number, length: number, second: number): number {
    if (!this.room) return NOT_NOW
    const bytes = Buffer.allocUnsafeSlow(length + second)
    bytes.set(source.subarray(offset, offset + length))
    if (second > 0) bytes.set(source.subarray(0, second), length)
    this.stats.counters[WRITE + Counter.copies]! += second > 0 ? 2 : 1
    this.room = this.sink!.write(bytes)
    return bytes.length
  }

  protected override armPull(): boolean {
    if (super.armPull()) return true
    this.keepAlive.add(Interest.READ)
    return false
  }
  protected override disarmPull(): void {
    this.keepAlive.remove(Interest.READ)
  }
  protected armPush(): boolean {
    if (this.room) return true
    this.keepAlive.add(Interest.WRITE)
    return false
  }
  protected disarmPush(): void {
    this.keepAlive.remove(Interest.WRITE)
  }

  override wake(interest: number): void {
    this.keepAlive.remove(interest === Interest.READ ? Interest.READ : Interest.WRITE)
    super.wake(interest)
  }

  ref(): this {
    this.keepAlive.ref()
    return this
  }
  unref(): this {
    this.keepAlive.unref()
    return this
  }

  protected endWrite(): Promise<void> {
    this.ending ??= this.sink!.end()
    return this.ending
  }

  protected async closeTransport(discard: boolean): Promise<void> {
    this.keepAlive.clear()
    if (this.sink !== null) {
      if (!discard && this.error === null) await this.windDown()
      this.sink.abort()
    }
    this.source?.stop()
  }

  /** Tells the end, for what `linger` has left at most. */
  private async windDown(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.lingerLeft())
    })
    await Promise.race([this.endWrite().catch(() => {}), late])
    clearTimeout(timer)
  }
}
