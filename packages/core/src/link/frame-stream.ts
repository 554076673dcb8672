/** A stream of frames: its writing half, its waiting and its end. The port beneath it is a transport's. */
import { CamioError, fromSystemError } from '../error.js'
import type { BatchWriter, StreamInit } from '../stream.js'
import { FrameReader, type Losses } from './frame-reader.js'
import { HEADER } from './frames.js'
import { Corrupt, type FrameFiller, type FrameSink, type Port, type PortOwner } from './port.js'

const NONE = -1

export class FrameStream extends FrameReader implements PortOwner, FrameFiller {
  readonly maxClaim: number
  /** The interface's own address, `02:00:00:00:00:01`. */
  readonly mac: string
  protected readonly sink: FrameSink

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

  protected append(length: number): void {
    this.sink.append(length)
    this.sendDue()
  }

  private sendDue(): void {
    if (this.sink.due) this.sendAll()
  }

  protected override takeBack(): void {
    this.sink.cancel()
  }

  /** A frame of `length` bytes that lies elsewhere is sent from there. @param put answers `false` for "not now" */
  protected adoptFrame(length: number, put: () => boolean): boolean {
    this.checkWrite()
    if (length > this.maxClaim) throw this.tooLarge(length, this.maxClaim, 'a frame')
    if (!put()) {
      this.sendAll()
      this.refuse(HEADER)
      return false
    }
    this.countWritten(1, length)
    this.sendDue()
    if (!this.corked) this.scheduleFlush()
    return true
  }

  // ---------------------------------------------------------------------------------------------------- many frames

  protected fill(fn: BatchWriter, offset: number, length: number, index: number, limit: number): boolean {
    try {
      if (length <= this.sink.piece) return this.sink.fill(fn, length, index, limit, this)
      return this.fillOne(fn, offset, length, index)
    } finally {
      // Closed by its writer: the memory is gone.
      if (!this.closed) {
        this.sink.cancel()
        this.sendDue()
      }
    }
  }

  /** A frame that takes more than one piece of the sink's memory. */
  private fillOne(fn: BatchWriter, offset: number, length: number, index: number): boolean {
    const { sink } = this
    const used = this.lengthOf(fn(this.claimBytes, offset, length, index), length)
    if (used < 0 || this.noWrite) return false
    sink.append(used)
    this.countWritten(1, used)
    return true
  }

  /** The stream is closed: what its writer makes of a claim that is out is no frame. */
  get writingOver(): boolean {
    return this.noWrite
  }

  // ---------------------------------------------------------------------------------------------------- room

  protected findRoom(length: number): number {
    const { sink } = this
    let offset = this.claimIn(length)
    if (offset === NONE && sink.maySend) {
      this.sendAll()
      offset = this.claimIn(length)
    }
    if (this.hasFailed) {
      sink.cancel()
      this.checkFailure()
    }
    this.claimBytes = sink.bytes
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

  protected fits(length: number): boolean {
    if (this.claimIn(length) === NONE) return false
    this.sink.cancel()
    return true
  }

  /** Sends what waits. @returns whether all of it is with the system */
  protected sendAll(): boolean {
    try {
      return this.sink.empty || this.sink.send()
    } catch (error) {
      this.corrupted(error)
      return false
    }
  }

  protected get maySend(): boolean {
    return this.sink.maySend
  }

  // ---------------------------------------------------------------------------------------------------- the port

  lostIncoming(count: number): void {
    this.dropped('system', count)
  }

  lostOutgoing(count: number, error: Error): void {
    this.lostWritten('unsent', count)
    this.tellLater(fromSystemError(error, this.uri, 'cannot send on'))
  }

  corrupted(error: unknown): void {
    if (!(error instanceof Corrupt)) throw error
    const message = `${this.uri}: ${error.message}`
    this.fail(new CamioError('ERR_CAMIO_CORRUPT', message, { uri: this.uri, cause: error }))
  }

  arm(interest: number): boolean {
    this.alive.add(interest)
    this.port.arm(interest)
    // Once more, now that the system has been told of what it must tell us.
    if (!this.ready(interest)) return false
    this.alive.remove(interest)
    return true
  }

  protected destroy(discard: boolean): void | Promise<void> {
    this.forgetClaim()
    return this.port.close(discard ? 0 : this.lingerLeft())
  }
}
