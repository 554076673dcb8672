/**
 * Bytes of a stream in memory that somebody else keeps. A lease ends at its release, while a chunk of a Node or Web stream belongs
 * to whoever gets it for as long as he likes: its bytes must have memory of their own. Where the transport can, it reads straight
 * into that memory (`readInto`); elsewhere it is a copy, which the stream's `stats.read.copies` counts.
 */
import { Counter } from '../stats.js'
import { ReadInto, type Stream } from '../stream.js'

/** Bytes of a piece, at most. */
const PIECE = 64 * 1024
/** What is left of a block goes on being filled while it is worth asking the transport for so little. */
const WORTHWHILE = PIECE / 2

export class Filler {
  /** Held until all of it was handed on: what is released in part is not lent again until more arrives. */
  private lease: Uint8Array | null = null
  private at = 0
  /** `block` from `used` on is free. */
  private block: Buffer | null = null
  private used = 0

  constructor(private readonly stream: Stream) {}

  /**
   * The next message, or the next bytes, to keep. `null`: not now, or, when the stream has `ended`, never.
   * @throws what `tryRead` throws
   */
  next(): Buffer | null {
    return this.stream.features.framing === 'messages' ? this.nextMessage() : this.nextBytes()
  }

  /**
   * Puts bytes that are at hand into `target`. For byte streams.
   * @returns how many, {@link ReadInto.END} or {@link ReadInto.NOT_NOW} @throws what `tryRead` throws
   */
  fill(target: Uint8Array): number {
    const { stream } = this
    if (stream.readInto !== undefined) return stream.readInto(target)
    this.lease ??= stream.tryRead()
    if (this.lease === null) return stream.ended ? ReadInto.END : ReadInto.NOT_NOW
    const part = this.lease.subarray(this.at, this.at + target.length)
    target.set(part)
    stream.stats.counters[Counter.copies]! += 1
    const count = part.length
    this.at += count
    // After this the lease may have no length any more (CAMIO_DEBUG=lease).
    if (this.at === this.lease.length) this.letGo()
    return count
  }

  private letGo(): void {
    this.lease = null
    this.at = 0
    this.stream.release()
  }

  private nextMessage(): Buffer | null {
    const { stream } = this
    const lease = stream.tryRead()
    if (lease === null) return null
    const message = Buffer.from(lease)
    if (lease.length > 0) stream.stats.counters[Counter.copies]! += 1
    stream.release()
    return message
  }

  private nextBytes(): Buffer | null {
    this.block ??= Buffer.allocUnsafeSlow(PIECE)
    const { block, used } = this
    const count = this.fill(used === 0 ? block : block.subarray(used))
    if (count < 0) {
      // Idle: holds no memory that nobody has a part of.
      if (used === 0) this.block = null
      return null
    }
    this.used += count
    if (PIECE - this.used < WORTHWHILE) {
      this.block = null
      this.used = 0
    }
    return block.subarray(used, used + count)
  }
}
