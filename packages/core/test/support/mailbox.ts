/** A message stream that the test fills and empties by hand. Mailboxes share one memory and hand messages over. */
import { CamioError, Counter, type Features, Interest, Stream, type StreamLimits, WRITE } from '@camio/core/spi'
import { init } from './init.js'

const REGION = {}

export class Mailbox extends Stream {
  override readonly region = REGION
  readonly maxClaim: number
  readonly incoming: Uint8Array[] = []
  readonly sent: Uint8Array[] = []
  /** How many more messages it takes. */
  room = Infinity
  armed = 0
  looks = 0
  private lent: Uint8Array | null = null
  private claim: Uint8Array | null = null
  private noMore = false

  constructor(differences: Partial<Features> = {}, limits: Partial<StreamLimits> = {}) {
    super(init({ framing: 'messages', mtu: 1024 * 1024, ...differences }, limits))
    this.maxClaim = this.features.mtu
  }

  arrive(...messages: Uint8Array[]): void {
    this.incoming.push(...messages)
    this.wake(Interest.READ)
  }

  /** The writer at the other side ended. */
  finish(): void {
    this.noMore = true
    this.wake(Interest.READ)
  }

  makeRoom(room: number): void {
    this.room = room
    this.wake(Interest.WRITE)
  }

  get leaseOut(): boolean {
    return this.lent !== null
  }

  tryRead(): Uint8Array | null {
    this.checkReadable()
    if (this.lent !== null) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out')
    const message = this.incoming[0]
    if (message === undefined) {
      if (this.error !== null) throw this.tell(this.error)
      return null
    }
    this.stats.counters[Counter.messages]! += 1
    this.stats.counters[Counter.bytes]! += message.length
    this.lent = message
    return message
  }

  release(): boolean {
    if (this.lent === null) throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    this.lent = null
    this.incoming.shift()
    if (this.watched(Interest.READ)) this.wake(Interest.READ)
    return true
  }

  get ended(): boolean {
    return this.noMore && this.incoming.length === 0
  }

  tryClaim(length: number): Uint8Array | null {
    this.checkWritable()
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
    if (this.room <= 0) {
      this.stats.counters[WRITE + Counter.backpressure]! += 1
      return null
    }
    this.claim = new Uint8Array(length)
    return this.claim
  }

  commit(length = this.claim!.length): void {
    const message = this.claim!.subarray(0, length)
    this.claim = null
    this.put(message)
  }

  cancel(): void {
    if (this.claim === null) throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to cancel')
    this.claim = null
  }

  private put(message: Uint8Array): void {
    this.room--
    this.sent.push(message)
    this.stats.counters[WRITE + Counter.messages]! += 1
    this.stats.counters[WRITE + Counter.bytes]! += message.length
  }

  tryFlush(): boolean {
    this.checkFlush()
    return true
  }

  override handOver(): Uint8Array {
    this.lent = null
    return this.incoming.shift()!
  }

  override adopt(source: Stream): boolean {
    this.checkWritable()
    if (this.room <= 0) return false
    this.put((source as Mailbox).handOver())
    return true
  }

  ready(interest: number): boolean {
    this.looks++
    if (this.closed || this.error !== null) return true
    if (interest === Interest.READ) return this.lent === null && (this.incoming.length > 0 || this.noMore)
    return interest === Interest.DRAIN || this.room > 0
  }

  arm(): boolean {
    this.armed++
    return false
  }
  disarm(): void {
    this.armed--
  }

  break(): void {
    this.fail(new CamioError('ERR_CAMIO_RESET', 'test:double broke', { uri: this.uri }))
  }

  protected endWrite(): void {}
  protected destroy(): void {}
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}
