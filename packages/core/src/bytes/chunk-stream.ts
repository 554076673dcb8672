/**
 * A byte stream whose transport delivers chunks by itself (`net.Socket`, `tls.TLSSocket`, a WebSocket): chunks are lent as they
 * came, without a copy; only a rest that straddles two chunks is joined.
 */
import { Interest } from '../source.js'
import { Counter } from '../stats.js'
import { ByteStream, END, NOT_NOW } from './byte-stream.js'

/** Bytes that may wait to be read before the source is asked to pause. */
const HIGH_WATER = 256 * 1024

export abstract class ChunkStream extends ByteStream {
  private readonly chunks: Uint8Array[] = []
  private queued = 0
  private sourceEnded = false
  private paused = false

  /** Stop delivering: the reader is slower. */
  protected abstract pauseSource(): void
  protected abstract resumeSource(): void

  /** Driver: `chunk` arrived; it belongs to the stream from now on. */
  protected received(chunk: Uint8Array): void {
    if (this.closed || chunk.length === 0) return
    this.stats.counters[Counter.bytes]! += chunk.length
    this.chunks.push(chunk)
    this.queued += chunk.length
    if (this.queued >= HIGH_WATER && !this.paused) {
      this.paused = true
      this.pauseSource()
    }
    this.wake(Interest.READ)
  }

  /** Driver: no more chunks will come. */
  protected receivedEnd(): void {
    this.sourceEnded = true
    this.wake(Interest.READ)
  }

  protected override more(): number {
    const chunk = this.chunks[0]
    if (chunk === undefined) return this.nothing()
    const copies = this.window.append(chunk, this.limits.maxLease)
    if (copies < 0) throw this.leaseTooLarge()
    this.stats.counters[Counter.copies]! += copies
    this.taken(chunk.length)
    this.chunks.shift()
    return chunk.length
  }

  protected override pullable(): boolean {
    return !this.atEnd && (this.error === null || this.chunks.length > 0)
  }

  /** Copies into memory of the caller's (`readInto`). */
  protected pull(target: Uint8Array, offset: number, length: number): number {
    const chunk = this.chunks[0]
    if (chunk === undefined) return this.nothing()
    const count = Math.min(length, chunk.length)
    target.set(chunk.subarray(0, count), offset)
    const { counters } = this.stats
    counters[Counter.copies]! += 1
    // `received` has counted these bytes already, and the caller of `pull` counts them again.
    counters[Counter.bytes]! -= count
    this.taken(count)
    if (count === chunk.length) this.chunks.shift()
    else this.chunks[0] = chunk.subarray(count)
    return count
  }

  private nothing(): number {
    if (!this.sourceEnded) return NOT_NOW
    this.atEnd = true
    return END
  }

  private taken(count: number): void {
    this.queued -= count
    if (!this.paused || this.queued > HIGH_WATER / 2) return
    this.paused = false
    this.resumeSource()
  }

  protected armPull(): boolean {
    return this.chunks.length > 0 || this.sourceEnded
  }
  protected disarmPull(): void {}
}
