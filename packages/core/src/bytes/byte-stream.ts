/**
 * A byte stream by two functions: a driver extends {@link ByteStream} and says how bytes are pulled from and pushed to its
 * transport; leases, partial release, claims, backpressure, corking and counting are done here, once for all byte transports.
 *
 * Sources that cannot be pulled (a `net.Socket` emits what it received) extend ChunkStream instead.
 */
import { Loans } from '../pipe/loans.js'
import { Interest } from '../source.js'
import { Counter, WRITE } from '../stats.js'
import type { KernelEnd, KernelPlace, StreamInit } from '../stream.js'
import { DONE, type WaitOptions, waitFor } from '../wait/wait.js'
import { ByteReader, NOT_NOW, PENDING } from './byte-reader.js'
import { WriteRing } from './write-ring.js'

export { END, NOT_NOW, PENDING } from './byte-reader.js'

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

export abstract class ByteStream extends ByteReader {
  readonly maxClaim: number
  protected readonly ring: WriteRing
  /** A push is {@link PENDING}. */
  private pushing = false
  /** The transport took nothing the last time. */
  private blocked = false
  /** The last push said that more follow. */
  private held = false
  /** A refused claim's length: `writable()` wakes when that much fits. */
  private mark = 1
  /** A large write is being sent from the caller's memory, or a mover is at work: claims must not get in between. */
  private direct = false
  /** Settles its {@link PENDING} push. */
  private settle: ((count: number) => void) | null = null

  constructor(init: StreamInit, sizes: ByteStreamSizes = SIZES) {
    super(init, sizes.read)
    this.ring = new WriteRing(sizes.write)
    this.maxClaim = Math.max(init.limits.maxMessage, sizes.write)
  }

  // ---------------------------------------------------------------------------------------------------- driver hooks

  /**
   * Sends `length` bytes of `source` at `offset`, followed by `second` bytes from offset 0 (gather them if you can, or send only
   * the first piece).
   * @param more others are likely to follow in this turn: a last packet that is not full may be held back for them, until the next
   *   push or `pushHeld`, which comes at the end of the turn at the latest
   * @returns how many went, {@link NOT_NOW}, or {@link PENDING} with `pushed` to follow
   * @throws a system error, which breaks the stream for writing; what was received before it can still be read
   */
  protected abstract push(source: Uint8Array, offset: number, length: number, second: number, more: boolean): number

  /** Driver: nothing follows what was pushed with `more`: let it go. Must do no harm when nothing is held back. */
  protected pushHeld(): void {}

  /**
   * `Source.arm` for writing: watch for room in the transport, then call `pushable()` once. May be called while it is watched
   * already.
   */
  protected abstract armPush(): boolean
  /** Must do no harm when nothing is watched. */
  protected abstract disarmPush(): void
  /** `Stream.destroy` of the transport; resolves when no {@link PENDING} call uses the memory any more. */
  protected abstract closeTransport(discard: boolean): void | Promise<void>

  // ---------------------------------------------------------------------------------------------------- readiness

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    if (interest === Interest.READ) return this.readReady()
    if (interest === Interest.DRAIN) return this.drainReady()
    if (this.writeForbidden) return true
    return !this.direct && (this.ring.fits(this.mark) || this.flushed() || this.ring.fits(this.mark))
  }

  private drainReady(): boolean {
    if (this.pushing) return false
    return this.ring.pending > 0 ? this.flushed() : !this.blocked
  }

  /** Flushes for somebody who only wants to know; the error is kept for the next call. */
  private flushed(): boolean {
    const told = this.knowsError()
    try {
      return this.tryFlush()
    } catch {
      this.wasTold(told)
      return true
    }
  }

  arm(interest: number): boolean {
    if (interest === Interest.READ) return this.armRead()
    // Its end lets those in who wait for room.
    if (interest === Interest.WRITE && this.direct) return false
    if (this.pushing || !this.armPush()) return false
    this.blocked = false
    return true
  }

  disarm(interest: number): void {
    if (interest === Interest.READ) this.disarmPull()
    else if (!this.watched(interest === Interest.WRITE ? Interest.DRAIN : Interest.WRITE)) this.disarmPush()
  }

  /** Driver: the transport has room again. */
  protected pushable(): void {
    this.blocked = false
    this.wake(Interest.DRAIN)
    this.letWritersIn()
  }

  private letWritersIn(): void {
    while (this.watched(Interest.WRITE) && !this.direct) {
      if (this.ready(Interest.WRITE)) this.wake(Interest.WRITE)
      else if (this.pushing || !this.armPush()) return
    }
  }

  // ---------------------------------------------------------------------------------------------------- claims

  tryClaim(length: number): Uint8Array | null {
    const offset = this.tryClaimAt(length)
    return offset < 0 ? null : this.claimBytes.subarray(offset, offset + length)
  }

  override tryClaimAt(length: number): number {
    this.checkWritable()
    const { ring } = this
    if (ring.claimed) throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it before the next one')
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
    if (this.direct) return this.refuse(length)
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
    if (length >>> 0 === length && length <= ring.claimSize) return true
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

  // ---------------------------------------------------------------------------------------------------- sending

  tryFlush(): boolean {
    this.checkFlush()
    if (!this.pushRing(false)) return false
    if (this.held) {
      this.held = false
      this.pushHeld()
    }
    return true
  }

  override get hasUnsent(): boolean {
    return this.ring.pending > 0 || this.pushing || this.held || this.error !== null
  }

  /** @returns whether the transport has all that was committed */
  private pushRing(more: boolean): boolean {
    const { ring } = this
    while (ring.pending > 0) {
      if (this.pushing) return false
      const count = this.pushOnce(ring.bytes!, ring.head, ring.first, ring.second, more)
      if (count <= 0) return false
      ring.sent(count)
      if (this.watched(Interest.WRITE) && ring.fits(this.mark)) this.wake(Interest.WRITE)
    }
    return !this.pushing
  }

  /** `push`, its answer and its errors kept. */
  private pushOnce(source: Uint8Array, offset: number, length: number, second: number, more: boolean): number {
    let count: number
    try {
      count = this.push(source, offset, length, second, more)
    } catch (error) {
      this.onlyWritingFailed ||= this.error === null
      throw this.broken(error, 'cannot write')
    }
    this.pushing = count === PENDING
    this.blocked = count === NOT_NOW
    if (count > 0) {
      this.held = more
      // Whatever becomes of those that should follow.
      if (more) this.scheduleFlush()
    }
    return count
  }

  /** Driver: a {@link PENDING} push is over; `count` bytes of what it was given went. After an error: `fail`, then 0 here. */
  protected pushed(count: number): void {
    this.pushing = false
    const { settle } = this
    this.settle = null
    if (settle !== null) settle(count)
    else if (!this.closed) this.ring.sent(count)
    if (!this.closed) this.pushable()
  }

  /** Large writes go from the caller's memory, behind what is queued: no copy. What is taken whole costs no promise. */
  override write(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    if (bytes.length < DIRECT) return super.write(bytes, options)
    if (!this.turns.idle || this.direct) return this.writeInTurn(bytes, options)
    try {
      options?.signal?.throwIfAborted()
      const count = this.beginDirect(bytes)
      if (count === bytes.length) return DONE
      // The turnstile is idle, so that the turn is ours at once and nobody gets in between.
      void this.turns.enter(undefined)
      return this.writeRest(bytes, count, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  private async writeRest(bytes: Uint8Array, count: number, options?: WaitOptions): Promise<void> {
    try {
      await this.goOnDirect(bytes, count, options)
    } finally {
      this.turns.leave()
    }
  }

  protected override async writeAll(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    if (bytes.length < DIRECT) return super.writeAll(bytes, options)
    this.checkWritable()
    while (this.direct) {
      await this.writable(options)
      this.checkWritable()
    }
    const count = this.beginDirect(bytes)
    if (count !== bytes.length) await this.goOnDirect(bytes, count, options)
  }

  /** @returns what the first push answered */
  private beginDirect(bytes: Uint8Array): number {
    this.checkWritable()
    if (this.ring.claimed) throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it before writing')
    const count = this.pushDirect(bytes, 0)
    this.stats.counters[WRITE + Counter.messages]! += 1
    return count
  }

  /** Pushes `bytes` from `from` on, once all that was committed before is on its way. */
  private pushDirect(bytes: Uint8Array, from: number): number {
    if (!this.pushRing(true)) return NOT_NOW
    const count = this.pushOnce(bytes, from, bytes.length - from, 0, true)
    if (count > 0) this.stats.counters[WRITE + Counter.bytes]! += count
    return count
  }

  /** @param count what the last push answered, which was not all of `bytes` */
  private async goOnDirect(bytes: Uint8Array, count: number, options?: WaitOptions): Promise<void> {
    this.direct = true
    try {
      for (let from = 0; ; ) {
        if (count === PENDING) count = await this.settled()
        from += count
        if (from === bytes.length) return
        if (count === NOT_NOW) await waitFor(this, Interest.DRAIN, options, this.waitStrategy)
        this.checkWritable()
        count = this.pushDirect(bytes, from)
      }
    } finally {
      this.direct = false
      this.letWritersIn()
    }
  }

  /** The transport reads the caller's memory: there is no way back, not even for an abort. */
  private async settled(): Promise<number> {
    const count = await new Promise<number>((resolve) => {
      this.settle = resolve
    })
    this.stats.counters[WRITE + Counter.bytes]! += count
    return count
  }

  /** Driver: is a claim out, something not sent yet, or a mover at work? */
  protected get writing(): boolean {
    return this.ring.claimed || this.ring.pending > 0 || this.pushing || this.direct
  }

  /**
   * Driver: what `takeKernel('write')` answers where the descriptor is at hand. `null` while anything is on its way; while it is
   * lent, claims and writes wait.
   */
  protected lendWriting(place: KernelPlace): KernelEnd | null {
    if (this.writeForbidden || this.error !== null || this.writing) return null
    this.direct = true
    this.loans ??= new Loans()
    return this.loans.lend({ ...place, buffered: null }, (bytes) => {
      this.direct = false
      this.stats.counters[WRITE + Counter.bytes]! += bytes
      this.movedInKernel('write', bytes)
      this.letWritersIn()
    })
  }

  // ---------------------------------------------------------------------------------------------------- the end

  protected async destroy(discard: boolean): Promise<void> {
    if (this.loans?.any) await this.loans.recall()
    await this.closeTransport(discard)
    this.settle?.(0)
    this.dropWindow()
    if (this.ring.claimed) this.ring.forget()
    else this.ring.drop()
  }
}
