/** What was recorded, one message a packet, at the times at which it was recorded. Leases lie in the window of the file. */
import { CamioError, Counter, Interest, isCamioError, Stream, type StreamInit } from '@camio/core/spi'
import { Alarms } from '../alarms.js'
import type { Capture, Packet } from './capture.js'
import { Parts } from './parts.js'
import { toPayload } from './payload.js'

export interface Replaying {
  /** `Infinity`: no waiting. */
  readonly speed: number
  /** 0 both, 1 what was read, 2 what was written. */
  readonly direction: number
  /** -1: all. */
  readonly which: number
}

export class ReplayStream extends Stream {
  readonly maxClaim = 0
  /** The next message, looked for and not yet taken. */
  private next: Packet | null = null
  private lent = false
  private finished = false
  /** When the first packet was played, and when it was recorded, in milliseconds. */
  private began = 0
  private origin: number | null = null
  private readonly parts = new Parts()
  private readonly alarms = new Alarms((interest) => this.wake(interest))

  constructor(
    init: StreamInit,
    private readonly capture: Capture,
    private readonly how: Replaying,
  ) {
    super(init)
  }

  tryRead(): Uint8Array | null {
    if (this.noRead) this.checkReadable()
    if (this.lent) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    const packet = this.look()
    if (packet === null || this.delay(packet) > 0) return null
    this.next = null
    this.lent = true
    const { counters } = this.stats
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += packet.end - packet.start
    return packet.bytes.subarray(packet.start, packet.end)
  }

  release(): boolean {
    if (!this.lent) {
      if (this.closed) return true
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    }
    this.lent = false
    if (this.watched(Interest.READ) && this.arm(Interest.READ)) this.wake(Interest.READ)
    return true
  }

  get ended(): boolean {
    return this.finished && this.next === null && this.error === null
  }

  /** The next message to be played, whenever that is. @throws the stream's error */
  private look(): Packet | null {
    if (this.next !== null || this.finished) return this.next
    if (this.error !== null) throw this.tell(this.error)
    try {
      this.next = this.find()
    } catch (error) {
      if (!isCamioError(error)) throw error
      this.fail(error)
      throw this.tell(error)
    }
    this.finished = this.next === null
    return this.next
  }

  private find(): Packet | null {
    const { direction, which } = this.how
    for (let packet = this.capture.next(); packet !== null; packet = this.capture.next()) {
      if (which >= 0 && packet.which !== which) continue
      if (direction !== 0 && packet.direction !== 0 && packet.direction !== direction) continue
      if (packet.end - packet.start < packet.length) throw this.incomplete(packet)
      if (!toPayload(packet)) continue
      const { bytes } = packet
      if (!this.parts.complete(packet, this.limits.maxMessage)) continue
      if (packet.bytes !== bytes) this.stats.counters[Counter.copies]! += 1
      return this.checked(packet)
    }
    return null
  }

  private checked(packet: Packet): Packet {
    const length = packet.end - packet.start
    if (length <= this.limits.maxMessage) return packet
    throw this.tooLarge(length, this.limits.maxMessage, 'a message (max-message)')
  }

  private incomplete({ start, end, length }: Packet): CamioError {
    const message = `${this.uri} has ${end - start} of a packet's ${length} bytes: it was recorded with a limit`
    return new CamioError('ERR_CAMIO_TRUNCATED', message, { uri: this.uri })
  }

  /** Milliseconds until it is due. */
  private delay({ time }: Packet): number {
    const { speed } = this.how
    if (time === null || speed === Infinity) return 0
    const now = performance.now()
    if (this.origin === null) {
      this.origin = time
      this.began = now
    }
    return this.began + (time - this.origin) / speed - now
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (interest !== Interest.READ || this.closed) return true
    if (this.lent) return false
    const told = this.knowsError()
    try {
      const packet = this.look()
      return packet === null || this.delay(packet) <= 0
    } catch {
      this.wasTold(told)
      return true
    }
  }

  /** Only the time of the next message is waited for: what there is to know stands in the file. */
  arm(interest: number): boolean {
    if (this.ready(interest)) return true
    // With a lease out its release is what is waited for.
    this.alarms.set(interest, this.lent ? undefined : this.delay(this.next!))
    return false
  }

  disarm(interest: number): void {
    this.alarms.clear(interest)
  }

  override wake(interest: number): void {
    this.alarms.clear(interest)
    super.wake(interest)
  }

  ref(): this {
    this.alarms.ref()
    return this
  }

  unref(): this {
    this.alarms.unref()
    return this
  }

  // ---------------------------------------------------------------------------------------------------- there is no writing

  tryClaim(): null {
    this.checkWritable()
    return null
  }

  commit(): void {
    throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to commit')
  }

  cancel(): void {
    throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to cancel')
  }

  tryFlush(): boolean {
    this.checkFlush()
    return true
  }

  protected endWrite(): void {}

  protected destroy(): void {
    this.alarms.clearAll()
    this.capture.close()
  }
}
