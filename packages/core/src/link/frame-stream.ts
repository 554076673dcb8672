/** A stream of frames: its writing half, its waiting and its end. The port beneath it is a transport's. */
import { CamioError, fromSystemError } from '../error.js'
import { Interest } from '../source.js'
import { Counter, WRITE } from '../stats.js'
import type { BatchWriter, StreamInit } from '../stream.js'
import { KeepAlive } from '../wait/keep-alive.js'
import { FrameReader, type Losses } from './frame-reader.js'
import { HEADER } from './frames.js'
import { Corrupt, type FrameSink, type Port, type PortOwner } from './port.js'

const NONE = -1
/** A claim's length while a batch is written: a claim is out, and only the batch may commit or cancel it. */
const BATCH = -2

export class FrameStream extends FrameReader implements PortOwner {
  readonly maxClaim: number
  /** The interface's own address, `02:00:00:00:00:01`. */
  readonly mac: string
  protected readonly sink: FrameSink
  private readonly alive = new KeepAlive()
  private claimed = NONE
  /** `writable()` waits for room for so much: the length that was refused last, or one byte. */
  private mark = 1
  /** What became of an earlier frame: told once, and the stream goes on. */
  private failure: CamioError | null = null
  private inBackground = false

  constructor(
    init: StreamInit,
    protected readonly port: Port,
    mac: string,
  ) {
    super(init, port.source)
    this.sink = port.sink
    this.mac = mac
    this.maxClaim = Math.min(init.features.mtu, init.limits.maxMessage)
  }

  /** What is known to be lost, by cause; counted on. Asks the kernel, and `overruns` of `stats` is then up to date. */
  get losses(): Losses {
    if (!this.closed) this.port.countLosses()
    return this.lost
  }

  // ---------------------------------------------------------------------------------------------------- one frame

  tryClaim(length: number): Uint8Array | null {
    const offset = this.tryClaimAt(length)
    return offset === NONE ? null : this.claimBytes.subarray(offset, offset + length)
  }

  override tryClaimAt(length: number): number {
    const offset = this.room(length)
    if (offset === NONE) return this.refuse(length)
    this.claimed = length
    return offset
  }

  commit(length = this.claimed): void {
    // A negative length, and NONE, are large when taken without their sign.
    if (length >>> 0 !== length || length > this.claimed || length < HEADER) {
      if (this.claimed === NONE && this.closed) return
      throw this.badCommit(length)
    }
    this.claimed = NONE
    this.append(length)
    if (!this.corked) this.scheduleFlush()
  }

  private append(length: number): void {
    this.sink.append(length)
    this.written(length)
  }

  private written(length: number): void {
    this.mark = 1
    const { counters } = this
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
    if (this.sink.due) this.sendAll()
  }

  private badCommit(length: number): CamioError {
    if (this.claimed === NONE) return this.misuse('ERR_CAMIO_MISUSE', 'has no claim to commit')
    if (this.claimed === BATCH) return this.misuse('ERR_CAMIO_MISUSE', 'is writing a batch: it commits by itself')
    if (length >= 0 && length < HEADER) return this.tooShort(length)
    return this.misuse('ERR_CAMIO_MISUSE', `claimed ${this.claimed} bytes: ${length} cannot be committed`)
  }

  private tooShort(length: number): CamioError {
    return this.misuse('ERR_CAMIO_MISUSE', `has frames of ${HEADER} bytes and more: ${length} are none`)
  }

  cancel(): void {
    if (this.claimed < 0 && !this.closed) throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to cancel')
    if (this.claimed < 0) return
    this.claimed = NONE
    this.sink.cancel()
  }

  /** A frame of `length` bytes that lies elsewhere is sent from there. @param put answers `false` for "not now" */
  protected adoptFrame(length: number, put: () => boolean): boolean {
    if (this.noWrite || this.claimed !== NONE || this.failure !== null) this.checkWrite()
    if (length > this.maxClaim) throw this.tooLarge(length, this.maxClaim, 'a frame')
    if (!put()) {
      this.sendAll()
      this.refuse(HEADER)
      return false
    }
    this.written(length)
    if (!this.corked) this.scheduleFlush()
    return true
  }

  // ---------------------------------------------------------------------------------------------------- many frames

  override writeBatch(fn: BatchWriter, length: number, limit = Infinity): number {
    let count = 0
    try {
      while (count < limit) {
        const offset = this.roomBehind(count, length)
        if (offset === NONE || !this.writeNext(fn, offset, length, count)) break
        count++
      }
    } finally {
      if (count > 0 && !this.corked && !this.closed) this.scheduleFlush()
    }
    return count
  }

  /** Room for one more behind `count` frames of a batch. Those come before an error, which waits for the next call. */
  private roomBehind(count: number, length: number): number {
    try {
      const offset = this.room(length)
      return offset === NONE ? this.refuse(length) : offset
    } catch (error) {
      if (count === 0) throw error
      if (error !== this.error) this.failure = error as CamioError
      this.wasTold(false)
    }
    return NONE
  }

  /** @returns whether a frame was written, and others may follow */
  private writeNext(fn: BatchWriter, offset: number, length: number, index: number): boolean {
    this.claimed = BATCH
    let used = NONE
    try {
      const answer = fn(this.claimBytes, offset, length, index)
      used = answer === undefined ? length : this.batchLength(answer, length)
      if (used >= 0 && used < HEADER) throw this.tooShort(used)
    } catch (error) {
      used = NONE
      throw error
    } finally {
      this.claimed = NONE
      // Closed by its writer: the memory is gone.
      if (!this.closed) {
        if (used >= 0 && !this.noWrite) this.append(used)
        else this.sink.cancel()
      }
    }
    return used >= 0 && !this.noWrite
  }

  // ---------------------------------------------------------------------------------------------------- room

  /** @returns an offset in `claimBytes`; NONE: not now @throws what `tryClaimAt` throws */
  private room(length: number): number {
    if (this.noWrite || this.claimed !== NONE || this.failure !== null) this.checkWrite()
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
    if (length < HEADER) throw this.tooShort(length)
    let offset = this.claimIn(length)
    if (offset === NONE && this.sink.maySend) {
      this.sendAll()
      offset = this.claimIn(length)
    }
    if (this.failure !== null || this.error !== null) this.checkWrite()
    this.claimBytes = this.sink.bytes
    return offset
  }

  private claimIn(length: number): number {
    try {
      return this.sink.claim(length)
    } catch (error) {
      this.corrupted(error)
      return NONE
    }
  }

  /** Sends what waits. @returns whether all of it is with the system */
  private sendAll(): boolean {
    try {
      return this.sink.empty || this.sink.send()
    } catch (error) {
      this.corrupted(error)
      return false
    }
  }

  private checkWrite(): void {
    this.checkWritable()
    this.tellFailure()
    if (this.claimed !== NONE) {
      throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it before the next one')
    }
  }

  private refuse(length: number): -1 {
    this.mark = length
    this.counters[WRITE + Counter.backpressure]! += 1
    return NONE
  }

  // ---------------------------------------------------------------------------------------------------- flushing

  tryFlush(): boolean {
    this.checkFlush()
    const done = this.sendAll()
    if (this.error !== null) throw this.tell(this.error)
    if (!this.inBackground) this.tellFailure()
    return done
  }

  /** What becomes of single frames waits for the program's next call: it does not break the stream. */
  override flushInBackground(): void {
    this.inBackground = true
    try {
      super.flushInBackground()
    } finally {
      this.inBackground = false
    }
  }

  private tellFailure(): void {
    const { failure } = this
    this.failure = null
    if (failure !== null) throw failure
  }

  // ---------------------------------------------------------------------------------------------------- the port

  arrived(): void {
    this.wake(Interest.READ)
  }

  sendable(): void {
    if (this.watched(Interest.DRAIN)) this.wake(Interest.DRAIN)
    if (this.watched(Interest.WRITE)) this.wake(Interest.WRITE)
  }

  lostIncoming(count: number): void {
    this.dropped('system', count)
  }

  lostOutgoing(count: number, error: Error): void {
    this.lost.unsent += count
    this.counters[WRITE + Counter.overruns]! += count
    this.failure ??= fromSystemError(error, this.uri, 'cannot send on')
  }

  corrupted(error: unknown): void {
    if (!(error instanceof Corrupt)) throw error
    const message = `${this.uri}: ${error.message}`
    this.fail(new CamioError('ERR_CAMIO_CORRUPT', message, { uri: this.uri, cause: error }))
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    if (interest === Interest.READ) return this.features.readable && (this.hasFrame || this.error !== null)
    if (interest === Interest.DRAIN) return this.sendAll() || this.sink.maySend
    if (this.writeForbidden || this.failure !== null || this.claimed !== NONE) return true
    if (this.fits()) return true
    if (this.sink.maySend) this.sendAll()
    return this.fits() || this.error !== null
  }

  private fits(): boolean {
    if (this.claimIn(Math.max(this.mark, HEADER)) === NONE) return false
    this.sink.cancel()
    return true
  }

  arm(interest: number): boolean {
    this.alive.add(interest)
    this.port.arm(interest)
    // Once more, now that the system has been told of what it must tell us.
    if (!this.ready(interest)) return false
    this.alive.remove(interest)
    return true
  }

  disarm(interest: number): void {
    this.alive.remove(interest)
  }

  /** Whoever wakes us ends the watch. */
  override wake(interest: number): void {
    if (this.alive.remove(interest)) super.wake(interest)
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

  /** Frames know no end: nothing tells the other side. */
  protected endWrite(): void {}

  protected destroy(discard: boolean): void | Promise<void> {
    this.claimed = NONE
    return this.port.close(discard ? 0 : this.lingerLeft())
  }
}
