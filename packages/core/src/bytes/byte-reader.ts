/** The reading half of a {@link ByteStream}: leases on a window that one `pull` after the other fills. */
import { type CamioError, fromSystemError } from '../error.js'
import { Loans } from '../pipe/loans.js'
import { Interest } from '../source.js'
import { Counter } from '../stats.js'
import {
  type BatchHandler,
  type KernelEnd,
  type KernelPlace,
  type LeasePlace,
  ReadInto,
  Stream,
  type StreamInit,
} from '../stream.js'
import { ReadWindow } from './read-window.js'

/** Answers of `pull` and `push` beside a number of bytes. */
export const NOT_NOW = 0
/** `pull`: no more will come. */
export const END = -1
/** The bytes are on their way by themselves; `filled` or `pushed` follows. The memory must not move until then. */
export const PENDING = -2

const NO_LEASE = -1
/** A mover reads: nobody else may until it is done. */
const TO_MOVER = -2

/** After so many vain looks in a row a dry transport is asked all the same: a loop that never polls sees data, too. */
const LOOKS = 32

export abstract class ByteReader extends Stream {
  protected readonly window: ReadWindow
  /** Bytes of the lease that is out, {@link NO_LEASE} or {@link TO_MOVER}. */
  private lent = NO_LEASE
  private filling = false
  /** Nothing will come behind what the window holds. */
  protected atEnd = false
  /** Driver: the transport said that it has nothing now, and will tell when that changes: it need not be asked. */
  protected dry = false
  private vainLooks = 0
  /** The error came from writing: what the other side sent before may still be read. */
  protected onlyWritingFailed = false

  /** `readInto` waits: whoever looks must not pull into the window what is meant for other memory. */
  private handsOff = false
  /** The driver has called `wake` since. */
  private arrived = false

  /** Made when a mover first asks. */
  protected loans: Loans | null = null

  /** @param chunk bytes that one `pull` may fill */
  constructor(init: StreamInit, chunk: number) {
    super(init)
    this.window = new ReadWindow(chunk)
  }

  // ---------------------------------------------------------------------------------------------------- driver hooks

  /**
   * Reads up to `length` bytes into `target` at `offset` without blocking.
   * @returns their number, {@link NOT_NOW}, {@link END}, or {@link PENDING} with `filled` to follow
   * @throws a system error, which breaks the stream
   */
  protected abstract pull(target: Uint8Array, offset: number, length: number): number

  /** `Source.arm` for reading: watch for bytes, the end or an error, then call `wake(Interest.READ)` once. */
  protected abstract armPull(): boolean
  /** Must do no harm when nothing is watched. */
  protected abstract disarmPull(): void

  /**
   * Driver: override it with `true` where `pull` never answers {@link PENDING} and fills any memory at the same cost. `pipe` then
   * lets it fill the sink's claim instead of the window.
   */
  override get readsInto(): boolean {
    return false
  }

  // ---------------------------------------------------------------------------------------------------- readiness

  protected readReady(): boolean {
    if (!this.features.readable) return true
    if (this.lent !== NO_LEASE) return false
    if (this.handsOff) return this.arrived || this.atEnd
    const told = this.knowsError()
    try {
      return this.offers() || this.refill() || this.atEnd
    } catch {
      // The following tryRead throws it.
      this.wasTold(told)
      return true
    }
  }

  protected armRead(): boolean {
    // While a lease is out there is nothing to wait for but its release.
    if (this.filling || this.lent !== NO_LEASE) return false
    return this.armPull() || this.atEnd || this.error !== null
  }

  override wake(interest: number): void {
    if (interest === Interest.READ) this.arrived = true
    super.wake(interest)
  }

  // ---------------------------------------------------------------------------------------------------- leases

  tryRead(): Uint8Array | null {
    const place = this.tryReadPlace()
    return place === null ? null : place.bytes!.subarray(place.start, place.end)
  }

  override tryReadPlace(): LeasePlace | null {
    this.checkRead()
    if (!this.offers() && !this.refill()) return null
    const { window } = this
    this.lent = window.end - window.start
    this.stats.counters[Counter.messages]! += 1
    return window
  }

  release(consumed = this.lent): boolean {
    if (!this.checkRelease(this.lent, consumed)) return true
    this.lent = NO_LEASE
    if (this.closed) return true
    this.window.consume(consumed)
    if (this.watched(Interest.READ)) this.wake(Interest.READ)
    return true
  }

  override readBatch(fn: BatchHandler, limit = 1): number {
    this.checkRead()
    if (limit < 1 || (!this.offers() && !this.refill())) return 0
    const { window } = this
    this.lent = window.end - window.start
    this.stats.counters[Counter.messages]! += 1
    try {
      fn(window.bytes!, window.start, this.lent)
    } finally {
      // Unless the handler released it.
      if (this.lent >= 0) this.release()
    }
    return 1
  }

  get ended(): boolean {
    return this.atEnd && this.window.length === 0 && this.error === null
  }

  /** Driver: is a lease out, a pull {@link PENDING}, or a mover at work? */
  protected get reading(): boolean {
    return this.lent !== NO_LEASE || this.filling
  }

  private checkRead(): void {
    this.checkReadable()
    if (this.lent === NO_LEASE) return
    if (this.lent === TO_MOVER) throw this.misuse('ERR_CAMIO_MISUSE', 'is being read by a pipe')
    throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
  }

  // ---------------------------------------------------------------------------------------------------- in the kernel

  /**
   * Driver: what `takeKernel('read')` answers where the descriptor is at hand. `null` while anybody reads; while it is lent
   * nobody else may.
   */
  protected lendReading(place: KernelPlace): KernelEnd | null {
    if (this.closed || this.error !== null || !this.features.readable || this.reading) return null
    const { window } = this
    const buffered = window.length === 0 ? null : window.bytes!.subarray(window.start, window.end)
    this.lent = TO_MOVER
    this.loans ??= new Loans()
    return this.loans.lend({ ...place, buffered }, (bytes, ended) => {
      this.lent = NO_LEASE
      this.stats.counters[Counter.bytes]! += bytes
      if (ended) this.atEnd = true
      this.movedInKernel('read', bytes)
      if (this.watched(Interest.READ)) this.wake(Interest.READ)
    })
  }

  /** Driver: a mover is done, and so many bytes further. */
  protected movedInKernel(_side: 'read' | 'write', _bytes: number): void {}

  // ---------------------------------------------------------------------------------------------------- into other memory

  override readInto(target: Uint8Array): number {
    this.checkRead()
    if (this.window.length > 0) return this.readHeld(target)
    if (!this.readsInto || !this.pullable()) return this.readByWindow(target)
    const count = this.asks() ? this.pulled(target, 0, target.length) : NOT_NOW
    if (count > 0) {
      this.stats.counters[Counter.messages]! += 1
      return count
    }
    if (this.error !== null) throw this.tell(this.error)
    if (count === END) return ReadInto.END
    // Who spins looks without watching, and would never hear of it.
    this.handsOff = this.waitStrategy.spinMs === 0 && !this.waitStrategy.yields
    this.arrived = false
    return ReadInto.NOT_NOW
  }

  /** Driver: where foreign memory will not do after all, what is pulled into the window comes here by a copy. */
  protected readByWindow(target: Uint8Array): number {
    if (this.refill()) return this.readHeld(target)
    return this.atEnd ? ReadInto.END : ReadInto.NOT_NOW
  }

  /** Hands on what the window already holds: a copy, but one that is made only for what was read ahead. */
  private readHeld(target: Uint8Array): number {
    const { window } = this
    const count = Math.min(window.length, target.length)
    target.set(window.bytes!.subarray(window.start, window.start + count))
    window.skip(count)
    this.stats.counters[Counter.copies]! += 1
    this.stats.counters[Counter.messages]! += 1
    return count
  }

  // ---------------------------------------------------------------------------------------------------- pulling

  /** Is there something to lend without asking the transport? At the end, the rest once more. */
  private offers(): boolean {
    const { window } = this
    return window.fresh || (this.atEnd && window.length > 0 && this.error === null)
  }

  /** Asks the transport for more. @returns whether there is something new to lend @throws the stream's error */
  private refill(): boolean {
    this.handsOff = false
    if (!this.pullable()) return this.lastWords()
    if (this.filling || !this.asks()) return this.nothingNow()
    const count = this.more()
    if (count > 0) return true
    if (count === END) return this.lastWords()
    if (count === PENDING) this.filling = true
    return this.nothingNow()
  }

  /** Is it worth asking the transport? */
  private asks(): boolean {
    return !this.dry || ++this.vainLooks >= LOOKS
  }

  /** May the transport still have bytes that came before the end, or before the error? */
  protected pullable(): boolean {
    return !this.atEnd && (this.error === null || this.onlyWritingFailed)
  }

  /** Gets more into the window. @returns what `pull` returned */
  protected more(): number {
    const { window } = this
    const { maxLease } = this.limits
    const copies = window.makeRoom(maxLease)
    if (copies < 0) throw this.leaseTooLarge()
    this.stats.counters[Counter.copies]! += copies
    const count = this.pulled(window.bytes!, window.end, window.room(maxLease))
    if (count > 0) window.filled(count)
    return count
  }

  protected leaseTooLarge(): CamioError {
    const { maxLease } = this.limits
    return this.tooLarge(this.window.length + 1, maxLease, 'a lease whose reader consumes nothing of it (max-lease)')
  }

  /** Idle: holds no memory, unless the transport is filling it. */
  private nothingNow(): false {
    if (this.error !== null) throw this.tell(this.error)
    if (!this.filling) this.window.shrink()
    return false
  }

  /** Nothing more comes: a rest is offered for the last time, then the end or the error. */
  private lastWords(): boolean {
    if (this.window.length > 0 && this.error === null) return true
    return this.nothingNow()
  }

  /** `pull`, counted, its errors kept. */
  private pulled(target: Uint8Array, offset: number, length: number): number {
    let count: number
    this.vainLooks = 0
    try {
      count = this.pull(target, offset, length)
    } catch (error) {
      this.onlyWritingFailed = false
      throw this.broken(error, 'cannot read')
    }
    if (count > 0) this.stats.counters[Counter.bytes]! += count
    else if (count === END) this.atEnd = true
    return count
  }

  /** Driver: a {@link PENDING} pull is over; `count` bytes are there, or {@link END}. After an error: `fail`, then 0 here. */
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

  protected broken(error: unknown, what: string): CamioError {
    const failure = fromSystemError(error, this.uri, what)
    this.fail(failure)
    return this.tell(this.error ?? failure)
  }

  /** After the transport closed. A lease that is still out keeps its memory: it goes to the collector, not to the pool. */
  protected dropWindow(): void {
    if (this.lent === NO_LEASE) this.window.drop()
    else this.window.forget()
  }
}
