/** The reading half of a {@link MessagesView}: finds frames in the byte stream's leases and lends them where they lie. */
import { CamioError } from '../error.js'
import { type Features, features } from '../features.js'
import { Interest } from '../source.js'
import { Counter } from '../stats.js'
import type { BatchHandler, Stream, StreamInit } from '../stream.js'
import type { FrameCodec } from './frames/codec.js'
import { Layer } from './layer.js'
import { Prefix, readPrefix, varintSize } from './prefix.js'
import { NO_DATA, Views } from './views.js'

const NONE = -1
/** While a batch is handed out: everything that it took is released together, when its last handler has returned. */
const BATCH = -2
const EMPTY = new Uint8Array(0)
/** More messages than any batch has: counting to an integer is cheaper than to infinity. */
const MANY = 0x3fff_ffff

/** `lengthAt` of the commonest prefix, from what a loop has in registers. */
function u32LengthAt(numbers: DataView, at: number, end: number, largest: number): number {
  const most = (end - at - 4) | 0
  if (most < 0) return NONE
  const length = numbers.getInt32(at)
  return length >= 0 && length <= most && length <= largest ? length : NONE
}

export abstract class MessageReader extends Layer {
  /** Is a lease of the byte stream held? `bytes[at, heldEnd)` of it is not consumed yet; it began at `heldStart`. */
  private held = false
  protected bytes: Uint8Array = EMPTY
  /** The same as numbers; for known prefixes only. */
  private numbers = NO_DATA
  private heldStart = 0
  protected at = 0
  private heldEnd = 0
  /** The next message's length, when somebody looked for it and did not take it. */
  private next = NONE
  /** Bytes of an incomplete frame that were searched already, and left with the byte stream. */
  private rest = 0
  /** Where consumption stands when the lease that is out is released; {@link NONE} while none is out. */
  protected lentTo = NONE
  /** The rest at the end of the stream is a message without its mark. */
  private lastUnmarked = false
  private readonly views = new Views()

  // What every message looks at, one step away.
  protected readonly counters: Float64Array
  protected readonly header: number
  protected readonly trailer: number
  protected readonly prefix: number
  /** More bytes than that lie between no header and trailer. */
  protected largest: number

  constructor(
    inner: Stream,
    init: Pick<StreamInit, 'limits' | 'wait'>,
    protected readonly codec: FrameCodec,
    differences: Partial<Features> = {},
  ) {
    const mtu = Math.min(init.limits.maxMessage, codec.maxMessage)
    super(inner, init, features({ ...inner.features, ...differences, framing: 'messages', mtu, seekable: false }))
    this.counters = this.stats.counters
    this.header = codec.header
    this.trailer = codec.trailer
    this.prefix = codec.prefix
    this.largest = init.limits.maxMessage
  }

  tryRead(): Uint8Array | null {
    if (this.lentTo !== NONE || this.noRead) this.checkRead()
    const length = this.nextLength()
    if (length === NONE) return null
    const { counters } = this
    const from = this.at + this.headerOf(length)
    this.lend(from + length)
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += length
    return this.views.at(this.bytes, from, length)
  }

  release(): boolean {
    if (this.lentTo < 0) return this.releaseNothing()
    this.settle()
    return true
  }

  private releaseNothing(): true {
    if (this.closed || this.lentTo === BATCH) return true
    throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    if (this.lentTo !== NONE || this.noRead) this.checkRead()
    const { counters } = this
    const before = counters[Counter.messages]!
    let count = 0
    let handing = false
    try {
      // One lease of the byte stream after the other.
      while (count < limit) {
        const length = this.nextLength()
        if (length === NONE) break
        handing = true
        const more = this.handOut(fn, length, Math.min(limit - count, MANY))
        handing = false
        count = counters[Counter.messages]! - before
        if (!more) break
      }
    } catch (error) {
      // The handler's passes through. The stream's, behind messages that were handed over, waits for the next call.
      if (handing || count === 0) throw error
      this.wasTold(false)
    } finally {
      if (this.lentTo !== NONE) this.settle()
    }
    return count
  }

  /**
   * Hands over the frames that are held, the next of which has `length` bytes. `| 0`: integers that the compiler knows to be such it
   * neither checks nor converts at every message.
   * @returns whether to go on with the next lease
   */
  private handOut(fn: BatchHandler, next: number, limit: number): boolean {
    const { bytes, numbers, prefix, counters } = this
    const end = this.heldEnd | 0
    const header = this.header | 0
    const trailer = this.lastUnmarked ? 0 : this.trailer | 0
    const largest = this.largest | 0
    const most = limit | 0
    const varies = prefix === Prefix.VARINT
    let at = this.at | 0
    let length = next | 0
    let count = 0
    let total = 0
    this.next = NONE
    this.lentTo = BATCH
    try {
      do {
        const from = (at + (varies ? varintSize(length) : header)) | 0
        // Consumed before the handler runs, so that it counts as consumed if the handler throws.
        at = (from + length + trailer) | 0
        count = (count + 1) | 0
        total += length
        if (fn(bytes, from, length) === false || count === most || this.noRead === true) return false
        length = prefix === Prefix.U32 ? u32LengthAt(numbers, at, end, largest) : this.lengthAt(at, end) | 0
      } while (length !== NONE)
    } finally {
      this.lentTo = at
      counters[Counter.messages]! += count
      counters[Counter.bytes]! += total
    }
    this.settle()
    return true
  }

  override tryReadBatch(limit = Infinity): Uint8Array[] | null {
    this.checkRead()
    let length = this.nextLength()
    if (length === NONE) return null
    const batch: Uint8Array[] = []
    do {
      const from = this.at + this.headerOf(length)
      batch.push(this.views.at(this.bytes, from, length))
      this.counters[Counter.bytes]! += length
      this.lend(from + length)
      this.at = this.lentTo
      length = batch.length < limit ? this.lengthAt(this.at, this.heldEnd) : NONE
    } while (length !== NONE)
    this.counters[Counter.messages]! += batch.length
    return batch
  }

  get ended(): boolean {
    return this.error === null && this.next === NONE && this.lentTo === NONE && !this.held && this.inner.ended
  }

  protected holds(interest: number): boolean | null {
    if (interest !== Interest.READ) return null
    if (this.lentTo !== NONE) return false
    this.next = this.nextLength()
    return this.next !== NONE || this.inner.ended
  }

  protected headerOf(length: number): number {
    return this.prefix === Prefix.VARINT ? varintSize(length) : this.header
  }

  protected checkRead(): void {
    this.checkReadable()
    if (this.lentTo !== NONE) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
  }

  /** The message that ends at `to` goes out. */
  protected lend(to: number): void {
    this.lentTo = this.lastUnmarked ? to : to + this.trailer
    this.next = NONE
  }

  /** What was lent is consumed. */
  private settle(): void {
    this.at = this.lentTo
    this.lentTo = NONE
    if (this.at === this.heldEnd && this.held) this.giveBack()
    if (this.watched(Interest.READ)) this.wake(Interest.READ)
  }

  /** Gives the byte stream its lease back; what was not consumed stays with it and comes again with more behind it. */
  private giveBack(): void {
    this.held = false
    this.rest = this.heldEnd - this.at
    this.inner.release(this.at - this.heldStart)
  }

  /** The length of the next message, {@link NONE} if it is not complete yet. @throws the stream's error */
  protected nextLength(): number {
    if (this.next !== NONE) return this.next
    if (this.held) {
      const length = this.lengthAt(this.at, this.heldEnd)
      if (length !== NONE) return length
    }
    return this.search()
  }

  /** The length of the message whose frame begins at `at`, {@link NONE} if it is incomplete, too large or wrong. */
  private lengthAt(at: number, end: number): number {
    const { prefix } = this
    if (prefix === Prefix.NONE) return this.findLength(at, end, 0)
    const length = readPrefix(prefix, this.numbers, at, end)
    return length <= this.largest && length <= end - at - this.headerOf(length) ? length : NONE
  }

  /** As `lengthAt`, of a codec that is asked itself. */
  private findLength(at: number, end: number, searched: number): number {
    const length = this.codec.find(this.bytes, at, end, searched)
    return length <= this.largest ? length : NONE
  }

  /** Looks for a complete frame in what the byte stream has, once there is none in what is held. @throws the stream's error */
  private search(): number {
    for (;;) {
      if (this.held) {
        this.checkSize()
        this.giveBack()
      }
      if (!this.take()) return this.nothingNow()
      // A byte stream offers the same rest again only when nothing will follow it.
      if (this.rest > 0 && this.heldEnd - this.at === this.rest) return this.lastRest()
      const { at, heldEnd: end, rest } = this
      const length = this.prefix === Prefix.NONE ? this.findLength(at, end, rest) : this.lengthAt(at, end)
      this.rest = 0
      if (length !== NONE) return length
    }
  }

  /** Takes the byte stream's next lease. @returns `false` for "not now" and at the end */
  private take(): boolean {
    const place = this.inner.tryReadPlace()
    if (place === null) return false
    this.held = true
    this.bytes = place.bytes!
    if (this.prefix !== Prefix.NONE) this.numbers = this.views.numbers(this.bytes)
    this.heldStart = this.at = place.start
    this.heldEnd = place.end
    return true
  }

  /** Idle: holds no memory. */
  private nothingNow(): -1 {
    this.bytes = EMPTY
    this.numbers = NO_DATA
    this.views.forget()
    if (this.error !== null) throw this.tell(this.error)
    return NONE
  }

  /** Refuses a frame that is too large, or wrong, before memory is spent on it. */
  private checkSize(): void {
    const { bytes, at, heldEnd: end, codec } = this
    const wrong = codec.wrong?.(bytes, at, end) ?? null
    if (wrong !== null) throw this.spoil(new CamioError('ERR_CAMIO_FRAME', `${this.uri}: ${wrong}`, { uri: this.uri }))
    const announced = codec.announced(bytes, at, end)
    const size = announced < 0 ? end - at - this.header : announced
    if (size <= this.largest) return
    // Complete, perhaps, and others behind it.
    const found = codec.find(bytes, at, end, 0)
    throw this.spoil(this.tooLargeMessage(found < 0 ? size : found))
  }

  protected tooLargeMessage(length: number): CamioError {
    return this.tooLarge(length, this.limits.maxMessage, 'a message (max-message)')
  }

  private lastRest(): number {
    const length = this.heldEnd - this.at
    if (this.codec.restIsMessage) {
      this.lastUnmarked = true
      return length
    }
    const message = `${this.uri}: the stream ended inside a frame, ${length} bytes after its beginning`
    throw this.spoil(new CamioError('ERR_CAMIO_TRUNCATED', message, { uri: this.uri }))
  }

  /** Nothing behind a bad frame can be understood. */
  protected spoil(error: CamioError): CamioError {
    this.fail(error)
    return this.tell(this.error ?? error)
  }
}
