/**
 * A stream of packets: each may be lost by itself, and what becomes of one breaks nothing - the program is told once, at its next
 * call that writes. Here is what all such streams have in common: whose a claim or a lease is, waiting, and the end. Where packets
 * come from and go to the transports know.
 */
import type { CamioError } from '../error.js'
import { Interest } from '../source.js'
import { Counter, WRITE } from '../stats.js'
import type { Address, BatchWriter, StreamInit } from '../stream.js'
import { KeepAlive } from '../wait/keep-alive.js'
import { PacketReader } from './packet-reader.js'

const NONE = -1
/** A claim's length while a batch is written: a claim is out, and only the batch may commit or cancel it. */
const BATCH = -2

export abstract class PacketStream<Cause extends string> extends PacketReader<Cause> {
  protected readonly alive = new KeepAlive()
  private claimed = NONE
  /** `writable()` waits for room for so much: the length that was refused last, or the least. */
  private mark: number
  /** What became of an earlier write: told once, and the stream goes on. */
  private failure: CamioError | null = null
  private inBackground = false

  /** @param least bytes of a packet */
  constructor(
    init: StreamInit,
    private readonly least = 0,
  ) {
    super(init)
    this.mark = Math.max(least, 1)
  }

  // ---------------------------------------------------------------------------------------------------- the transport

  /**
   * Room for `length` bytes, which may be claimed. Sets `claimBytes`.
   * @returns an offset in them; -1: not now @throws what is wrong with `to`, or {@link checkFailure}
   */
  protected abstract findRoom(length: number, to: Address | undefined): number
  /** Would {@link findRoom} find some? */
  protected abstract fits(length: number): boolean
  /** The claim's first `length` bytes are a packet. */
  protected abstract append(length: number): void
  /** The claim is given back. */
  protected takeBack(): void {}
  /**
   * Lets `fn` write packets of up to `length` bytes: the one with this `index` in its batch at `offset`, where {@link findRoom} has
   * found room, and others behind it while their index is under `limit`. Tells {@link countWritten} how many these were, also when
   * `fn` throws.
   * @returns `false`: `fn`, or the stream's closing, has stopped it
   */
  protected abstract fill(fn: BatchWriter, offset: number, length: number, index: number, limit: number): boolean
  /** Sends what waits. @returns whether all of it is with the system */
  protected abstract sendAll(): boolean
  /** Might {@link sendAll} get further? */
  protected abstract get maySend(): boolean
  /** Everything was flushed. */
  protected idle(): void {}

  // ---------------------------------------------------------------------------------------------------- one packet

  /** @param to where to, on a stream that has not one peer: a numeric host, or the stream's `remote` to answer it */
  tryClaim(length: number, to?: Address): Uint8Array | null {
    const offset = this.tryClaimAt(length, to)
    return offset === NONE ? null : this.claimBytes.subarray(offset, offset + length)
  }

  override tryClaimAt(length: number, to?: Address): number {
    const offset = this.room(length, to)
    if (offset !== NONE) this.claimed = length
    return offset
  }

  commit(length = this.claimed, _more = false): void {
    // A negative length, and NONE, are large when taken without their sign.
    if (length >>> 0 !== length || length > this.claimed || length < this.least) {
      if (this.claimed === NONE && this.closed) return
      throw this.badCommit(length)
    }
    this.claimed = NONE
    this.append(length)
    this.countWritten(1, length)
    if (!this.corked) this.scheduleFlush()
  }

  private badCommit(length: number): CamioError {
    if (this.claimed === NONE) return this.misuse('ERR_CAMIO_MISUSE', 'has no claim to commit')
    if (this.claimed === BATCH) return this.misuse('ERR_CAMIO_MISUSE', 'is writing a batch: it commits by itself')
    if (length >= 0 && length < this.least) return this.tooShort(length)
    return this.misuse('ERR_CAMIO_MISUSE', `claimed ${this.claimed} bytes: ${length} cannot be committed`)
  }

  private tooShort(length: number): CamioError {
    return this.misuse('ERR_CAMIO_MISUSE', `has packets of ${this.least} bytes and more: ${length} are none`)
  }

  cancel(): void {
    if (this.claimed < 0 && !this.closed) throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to cancel')
    if (this.claimed < 0) return
    this.claimed = NONE
    this.takeBack()
  }

  /** So many packets, of so many bytes in all, were written. */
  countWritten(packets: number, bytes: number): void {
    if (packets > 0) this.mark = Math.max(this.least, 1)
    const { counters } = this
    counters[WRITE + Counter.messages]! += packets
    counters[WRITE + Counter.bytes]! += bytes
  }

  // ---------------------------------------------------------------------------------------------------- many packets

  override writeBatch(fn: BatchWriter, length: number, limit = Infinity, to?: Address): number {
    const { counters } = this
    const before = counters[WRITE + Counter.messages]!
    let count = 0
    while (count < limit) {
      const offset = this.roomBehind(count, length, to)
      if (offset === NONE) break
      const more = this.writeMany(fn, offset, length, count, limit)
      count = counters[WRITE + Counter.messages]! - before
      if (!more) break
    }
    return count
  }

  /** Room for one more behind `count` packets of a batch. Those come before an error, which waits for the next call. */
  private roomBehind(count: number, length: number, to: Address | undefined): number {
    try {
      return this.room(length, to)
    } catch (error) {
      if (count === 0) throw error
      if (error !== this.error) this.failure = error as CamioError
      this.wasTold(false)
    }
    return NONE
  }

  private writeMany(fn: BatchWriter, offset: number, length: number, index: number, limit: number): boolean {
    this.claimed = BATCH
    try {
      return this.fill(fn, offset, length, index, limit)
    } finally {
      this.claimed = NONE
      if (!this.corked && !this.closed) this.scheduleFlush()
    }
  }

  /** A {@link BatchWriter}'s answer as a length; -1 for `false`. @throws `ERR_CAMIO_MISUSE` */
  lengthOf(answer: number | void | false, length: number): number {
    const used = this.batchLength(answer, length)
    if (used >= 0 && used < this.least) throw this.tooShort(used)
    return used
  }

  /** A batch counts its packets when it ends: what was written before a writer that closes the stream is delivered all the same. */
  protected override get hasWritten(): boolean {
    return this.claimed === BATCH || super.hasWritten
  }

  // ---------------------------------------------------------------------------------------------------- room

  /** @returns an offset in `claimBytes`; -1: not now @throws what `tryClaimAt` throws */
  private room(length: number, to: Address | undefined): number {
    this.checkWrite()
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
    if (length < this.least) throw this.tooShort(length)
    const offset = this.findRoom(length, to)
    return offset === NONE ? this.refuse(length) : offset
  }

  protected checkWrite(): void {
    if (this.noWrite || this.claimed !== NONE || this.failure !== null) this.refuseWrite()
  }

  private refuseWrite(): void {
    this.checkFailure()
    if (this.claimed !== NONE) {
      throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it before the next one')
    }
  }

  /** @throws what broke the stream, or became of an earlier packet */
  protected checkFailure(): void {
    this.checkWritable()
    this.tellFailure()
  }

  protected refuse(length: number): -1 {
    this.mark = length
    this.counters[WRITE + Counter.backpressure]! += 1
    return NONE
  }

  protected get isClaimed(): boolean {
    return this.claimed !== NONE
  }

  // ---------------------------------------------------------------------------------------------------- failures

  /** The program is told at its next call that writes, and the stream goes on. The first stays. */
  protected tellLater(error: CamioError): void {
    this.failure ??= error
  }

  protected get hasFailed(): boolean {
    return this.failure !== null || this.error !== null
  }

  private tellFailure(): void {
    const { failure } = this
    this.failure = null
    if (failure !== null) throw failure
  }

  /** So many packets that were written are lost. */
  protected lostWritten(cause: Cause, count: number): void {
    this.lost[cause] += count
    this.counters[WRITE + Counter.overruns]! += count
  }

  // ---------------------------------------------------------------------------------------------------- flushing

  tryFlush(): boolean {
    this.checkFlush()
    const done = this.sendAll()
    if (done && this.claimed === NONE) this.idle()
    if (this.error !== null) throw this.tell(this.error)
    if (!this.inBackground) this.tellFailure()
    return done
  }

  /** What becomes of single packets waits for the program's next call: it does not break the stream. */
  override flushInBackground(): void {
    this.inBackground = true
    try {
      super.flushInBackground()
    } finally {
      this.inBackground = false
    }
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    if (interest === Interest.READ) return this.readReady || this.error !== null
    if (interest === Interest.DRAIN) return this.sendAll() || this.maySend
    return this.writeReady
  }

  private get writeReady(): boolean {
    if (this.writeForbidden || this.failure !== null || this.claimed !== NONE) return true
    if (this.fits(this.mark)) return true
    if (this.maySend) this.sendAll()
    return this.fits(this.mark) || this.failure !== null || this.error !== null
  }

  disarm(interest: number): void {
    this.alive.remove(interest)
  }

  /** Whoever wakes us ends the watch. */
  override wake(interest: number): void {
    if (this.alive.remove(interest)) super.wake(interest)
  }

  /** Something may have come. */
  arrived(): void {
    this.wake(Interest.READ)
  }

  /** There may be room to send. */
  sendable(): void {
    if (this.watched(Interest.DRAIN)) this.wake(Interest.DRAIN)
    if (this.watched(Interest.WRITE)) this.wake(Interest.WRITE)
  }

  ref(): this {
    this.alive.ref()
    return this
  }

  unref(): this {
    this.alive.unref()
    return this
  }

  // ---------------------------------------------------------------------------------------------------- the end

  /** Packets know no end: nothing tells the other side. */
  protected endWrite(): void {}

  /** The stream is closed. @returns whether a claim is out, which the program may still look at */
  protected forgetClaim(): boolean {
    const out = this.claimed !== NONE
    this.claimed = NONE
    return out
  }
}
