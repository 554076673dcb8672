/**
 * A byte stream by two functions: a driver extends {@link ByteStream} and says how bytes are pulled from and pushed to its
 * transport; leases, partial release, claims, backpressure, corking and counting are done here, once for all byte transports.
 *
 * Sources that cannot be pulled (a `net.Socket` emits what it received) extend ChunkStream instead.
 */
import { type CamioError, fromSystemError } from '../error.js'
import { Interest } from '../source.js'
import { Counter, WRITE } from '../stats.js'
import { type BatchHandler, Stream, type StreamInit } from '../stream.js'
import type { WaitOptions } from '../wait/wait.js'
import { ReadWindow } from './read-window.js'
import { WriteRing } from './write-ring.js'

/** Answers of `pull` and `push` beside a number of bytes. */
export const NOT_NOW = 0
/** `pull`: no more will come. */
export const END = -1
/** The bytes are on their way by themselves; `filled` or `pushed` follows. The memory must not move until then. */
export const PENDING = -2

export interface ByteStreamSizes {
  /** Bytes that one `pull` may fill. */
  readonly read: number
  /** Bytes that are corked before a claim answers "not now". */
  readonly write: number
}

/** Large enough that a system call's cost vanishes, small enough to stay in the second-level cache. */
const SIZES: ByteStreamSizes = { read: 256 * 1024, write: 256 * 1024 }

/** From this size on, sending straight from the caller's memory beats copying into the ring. */
const DIRECT = 32 * 1024

const NO_LEASE = -1

export abstract class ByteStream extends Stream {
  readonly maxClaim: number
  protected readonly window: ReadWindow
  protected readonly ring: WriteRing
  /** Bytes of the lease that is out, or {@link NO_LEASE}. */
  private lent = NO_LEASE
  private filling = false
  private pushing = false
  /** Nothing will come behind what the window holds. */
  protected atEnd = false
  /** Settles a large write that the transport sends from the caller's memory. */
  private direct: (() => void) | null = null
  /** A refused claim's length: `writable()` wakes when that much fits. */
  private mark = 1

  constructor(init: StreamInit, sizes: ByteStreamSizes = SIZES) {
    super(init)
    this.window = new ReadWindow(sizes.read)
    this.ring = new WriteRing(sizes.write)
    this.maxClaim = Math.max(init.limits.maxMessage, sizes.write)
  }

  // ---------------------------------------------------------------------------------------------------- driver hooks

  /**
   * Reads up to `length` bytes into `target` at `offset` without blocking.
   * @returns their number, {@link NOT_NOW}, {@link END}, or {@link PENDING} with `filled` to follow
   */
  protected abstract pull(target: Uint8Array, offset: number, length: number): number

  /**
   * Sends `length` bytes of `source` at `offset`, followed by `second` bytes from offset 0 (gather them if you can, or send only
   * the first piece).
   * @returns how many went, {@link NOT_NOW}, or {@link PENDING} with `pushed` to follow
   */
  protected abstract push(source: Uint8Array, offset: number, length: number, second: number): number

  /** `Source.arm` for reading: watch for bytes, the end or an error, then call `wake(Interest.READ)` once. */
  protected abstract armPull(): boolean
  protected abstract disarmPull(): void
  /** `Source.arm` for writing: watch for room in the transport, then call `pushable()` once. */
  protected abstract armPush(): boolean
  protected abstract disarmPush(): void
  /** `Stream.destroy` of the transport; resolves when no {@link PENDING} call uses the memory any more. */
  protected abstract closeTransport(discard: boolean): void | Promise<void>

  // ---------------------------------------------------------------------------------------------------- readiness

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    if (interest === Interest.READ) return this.readReady()
    if (interest === Interest.WRITE && this.ring.fits(this.mark)) return true
    if (this.pushing) return false
    return interest === Interest.DRAIN ? this.ring.pending === 0 : this.flushed() && this.ring.fits(this.mark)
  }

  private readReady(): boolean {
    if (this.atEnd) return true
    if (this.lent !== NO_LEASE) return false
    try {
      return this.offers() || this.refill() || this.atEnd
    } catch {
      // The error is kept: the following tryRead throws it.
      return true
    }
  }

  /** Flushes for somebody who only wants to know; the error is kept for the next call. */
  private flushed(): boolean {
    try {
      this.tryFlush()
    } catch {
      return this.error !== null
    }
    return true
  }

  arm(interest: number): boolean {
    if (interest === Interest.READ) return this.filling ? false : this.armPull() || this.atEnd || this.error !== null
    return this.pushing ? false : this.armPush()
  }

  disarm(interest: number): void {
    if (interest === Interest.READ) this.disarmPull()
    else if (!this.watched(interest === Interest.WRITE ? Interest.DRAIN : Interest.WRITE)) this.disarmPush()
  }

  /** Driver: the transport has room again. */
  protected pushable(): void {
    this.wake(Interest.DRAIN)
    while (this.watched(Interest.WRITE)) {
      if (this.ready(Interest.WRITE)) this.wake(Interest.WRITE)
      else if (this.pushing || !this.armPush()) return
    }
  }

  // ---------------------------------------------------------------------------------------------------- reading

  tryRead(): Uint8Array | null {
    this.checkReadable()
    if (this.lent !== NO_LEASE)
      throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    const { window } = this
    if (!this.offers() && !this.refill()) return null
    this.lent = window.end - window.start
    this.stats.counters[Counter.messages]! += 1
    return window.bytes!.subarray(window.start, window.end)
  }

  release(consumed = this.lent): boolean {
    if (this.closed) {
      this.lent = NO_LEASE
      return true
    }
    if (this.lent === NO_LEASE) throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    if (!(consumed >= 0 && consumed <= this.lent)) {
      throw this.misuse('ERR_CAMIO_MISUSE', `lent ${this.lent} bytes: ${consumed} cannot be released`)
    }
    this.lent = NO_LEASE
    this.window.consume(consumed)
    return true
  }

  override readBatch(fn: BatchHandler, limit = 1): number {
    this.checkReadable()
    if (this.lent !== NO_LEASE)
      throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    if (limit < 1 || (!this.offers() && !this.refill())) return 0
    const { window } = this
    this.lent = window.end - window.start
    this.stats.counters[Counter.messages]! += 1
    try {
      fn(window.bytes!, window.start, this.lent)
    } finally {
      // Unless the handler closed the stream.
      if (this.lent !== NO_LEASE) this.release()
    }
    return 1
  }

  get ended(): boolean {
    return this.atEnd && this.window.length === 0 && this.error === null
  }

  override readInto(target: Uint8Array): number {
    this.checkReadable()
    const { window } = this
    if (window.length > 0) return this.readHeld(target)
    if (this.atEnd) return END
    if (this.error) throw this.tell(this.error)
    if (this.filling) return NOT_NOW
    const count = this.pulled(target, 0, target.length)
    if (count > 0) this.stats.counters[Counter.messages]! += 1
    return count
  }

  /** Hands on what the window already holds: a copy, but one that is made only for what was read ahead. */
  private readHeld(target: Uint8Array): number {
    const { window } = this
    const count = Math.min(window.length, target.length)
    target.set(window.bytes!.subarray(window.start, window.start + count))
    window.start += count
    window.examined = Math.max(window.examined, window.start)
    this.stats.counters[Counter.copies]! += 1
    this.stats.counters[Counter.messages]! += 1
    return count
  }

  /** Is there something to lend without asking the transport? At the end, the rest once more. */
  private offers(): boolean {
    const { window } = this
    return window.fresh || (this.atEnd && window.length > 0 && this.error === null)
  }

  /** Asks the transport for more. @returns whether there is something new to lend @throws the stream's error */
  private refill(): boolean {
    if (this.atEnd) return this.lastWords()
    if (this.error) throw this.tell(this.error)
    if (this.filling) return false
    const count = this.more()
    if (count > 0) return true
    if (count === END) return this.lastWords()
    if (count === PENDING) this.filling = true
    else this.window.shrink()
    return false
  }

  /** Gets more into the window. @returns what `pull` returned */
  protected more(): number {
    const { window } = this
    const copies = window.makeRoom(this.limits.maxLease)
    if (copies < 0) throw this.leaseTooLarge()
    this.stats.counters[Counter.copies]! += copies
    const count = this.pulled(window.bytes!, window.end, window.bytes!.length - window.end)
    if (count > 0) window.filled(count)
    return count
  }

  protected leaseTooLarge(): CamioError {
    const { maxLease } = this.limits
    return this.tooLarge(this.window.length + 1, maxLease, 'a lease whose reader consumes nothing of it (max-lease)')
  }

  private lastWords(): boolean {
    if (this.error) throw this.tell(this.error)
    if (this.window.length > 0) return true
    this.window.shrink()
    return false
  }

  /** `pull`, counted, its errors kept. */
  private pulled(target: Uint8Array, offset: number, length: number): number {
    let count: number
    try {
      count = this.pull(target, offset, length)
    } catch (error) {
      throw this.broken(error, 'cannot read')
    }
    if (count > 0) this.stats.counters[Counter.bytes]! += count
    else if (count === END) this.atEnd = true
    return count
  }

  /** Driver: a {@link PENDING} pull is over; `count` bytes are there, or {@link END}. */
  protected filled(count: number): void {
    this.filling = false
    if (this.closed) return
    if (count === END) this.atEnd = true
    else {
      this.window.filled(count)
      this.stats.counters[Counter.bytes]! += count
    }
    this.wake(Interest.READ)
  }

  // ---------------------------------------------------------------------------------------------------- writing

  tryClaim(length: number): Uint8Array | null {
    const offset = this.tryClaimAt(length)
    return offset < 0 ? null : this.claimBytes.subarray(offset, offset + length)
  }

  override tryClaimAt(length: number): number {
    this.checkWritable()
    const { ring } = this
    if (ring.claimed) throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it before the next one')
    if (length > this.maxClaim) throw this.tooLarge(length, this.maxClaim, 'a claim')
    let offset = ring.claim(length)
    if (offset < 0) {
      this.tryFlush()
      offset = ring.claim(length)
      if (offset < 0) return this.refuse(length)
    }
    this.claimBytes = ring.bytes!
    return offset
  }

  private refuse(length: number): number {
    this.mark = length
    this.stats.counters[WRITE + Counter.backpressure]! += 1
    return -1
  }

  commit(length = this.ring.claimSize, _more = false): void {
    if (!this.checkCommit(length)) return
    this.ring.commit(length)
    this.committed(length)
  }

  override commitPart(length: number): void {
    if (!this.checkCommit(length)) return
    this.ring.commitPart(length)
    this.committed(length)
  }

  /** @returns `false` when the stream is closed and nothing matters any more */
  private checkCommit(length: number): boolean {
    const { ring } = this
    if (!ring.claimed) {
      if (this.closed) return false
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to commit')
    }
    if (length >= 0 && length <= ring.claimSize) return true
    throw this.misuse('ERR_CAMIO_MISUSE', `claimed ${ring.claimSize} bytes: ${length} cannot be committed`)
  }

  private committed(length: number): void {
    if (length === 0) return
    const { counters } = this.stats
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
    this.mark = 1
    this.scheduleFlush()
  }

  cancel(): void {
    if (!this.ring.claimed && !this.closed) throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to cancel')
    this.ring.cancel()
  }

  tryFlush(): boolean {
    const { ring } = this
    while (ring.pending > 0) {
      if (this.error) throw this.tell(this.error)
      if (this.pushing) return false
      const count = this.pushed1(ring.bytes!, ring.head, ring.first, ring.second)
      if (count <= 0) {
        this.pushing = count === PENDING
        return false
      }
      ring.sent(count)
      if (this.watched(Interest.WRITE) && ring.fits(this.mark)) this.wake(Interest.WRITE)
    }
    return !this.pushing
  }

  /** `push`, its errors kept. */
  private pushed1(source: Uint8Array, offset: number, length: number, second: number): number {
    try {
      return this.push(source, offset, length, second)
    } catch (error) {
      throw this.broken(error, 'cannot write')
    }
  }

  /** Driver: a {@link PENDING} push is over; `count` bytes of what it was given went. */
  protected pushed(count: number): void {
    this.pushing = false
    const { direct } = this
    this.direct = null
    if (!this.closed && direct === null) this.ring.sent(count)
    direct?.()
    if (!this.closed) this.pushable()
  }

  /** Sends a large write from the caller's memory when nothing is queued before it: no copy. */
  override write(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    return bytes.length >= DIRECT ? this.writeDirect(bytes, options) : super.write(bytes, options)
  }

  private async writeDirect(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    this.checkWritable()
    if (this.ring.claimed) throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it before writing')
    let from = 0
    if (this.tryFlush()) {
      from = this.pushed1(bytes, 0, bytes.length, 0)
      if (from === PENDING) {
        from = bytes.length
        this.pushing = true
        await new Promise<void>((resolve) => {
          this.direct = resolve
        })
        if (this.error) throw this.tell(this.error)
      }
      this.countDirect(from)
    }
    if (from < bytes.length) await super.write(bytes.subarray(from), options)
  }

  private countDirect(count: number): void {
    const { counters } = this.stats
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += count
  }

  protected async destroy(discard: boolean): Promise<void> {
    await this.closeTransport(discard)
    this.direct?.()
    this.window.drop()
    this.ring.drop()
  }

  private broken(error: unknown, what: string): CamioError {
    const failure = fromSystemError(error, this.uri, what)
    this.fail(failure)
    return this.tell(this.error ?? failure)
  }
}
