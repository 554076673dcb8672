/** The reading half of a {@link MessagesView}: finds frames in the byte stream's leases and lends them where they lie. */
import { CamioError } from '../error.js'
import { features } from '../features.js'
import { Interest } from '../source.js'
import { Counter } from '../stats.js'
import type { BatchHandler, Stream, StreamInit } from '../stream.js'
import type { FrameCodec } from './frames.js'
import { Layer } from './layer.js'

const NONE = -1

export abstract class MessageReader extends Layer {
  /** The byte stream's lease, of which `[at, length)` is not consumed yet. */
  private held: Uint8Array | null = null
  private at = 0
  /** The next message's length, when it is known to be complete. */
  private next = NONE
  /** Bytes of an incomplete frame that were searched already, and left with the byte stream. */
  private rest = 0
  /** Where consumption stands when the lease that is out is released; {@link NONE} while none is out. */
  private lentTo = NONE
  /** The rest at the end of the stream is a message without its mark. */
  private lastUnmarked = false
  // What every message looks at, one step away.
  protected readonly counters: Float64Array
  protected readonly header: number

  constructor(
    inner: Stream,
    init: Pick<StreamInit, 'limits' | 'wait'>,
    protected readonly codec: FrameCodec,
  ) {
    super(
      inner,
      init,
      features({ ...inner.features, framing: 'messages', mtu: init.limits.maxMessage, seekable: false }),
    )
    this.counters = this.stats.counters
    this.header = codec.header
  }

  tryRead(): Uint8Array | null {
    this.checkRead()
    if (this.next === NONE && !this.findNext()) return null
    const from = this.at + this.codec.header
    const to = from + this.next
    this.lend(to)
    this.stats.counters[Counter.messages]! += 1
    this.stats.counters[Counter.bytes]! += to - from
    return this.held!.subarray(from, to)
  }

  release(): boolean {
    if (this.closed) return true
    if (this.lentTo === NONE) throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    this.settle()
    return true
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    this.checkRead()
    const { counters } = this
    const messages = counters[Counter.messages]!
    try {
      // One lease of the byte stream after the other.
      while (counters[Counter.messages]! - messages < limit && (this.next !== NONE || this.findNext())) {
        if (!this.handOut(fn, limit - (counters[Counter.messages]! - messages))) break
      }
    } catch (error) {
      // The handler's passes through. The stream's, behind messages that were handed over, waits for the next call.
      if (this.lentTo !== NONE || counters[Counter.messages] === messages) throw error
      this.wasTold(false)
    } finally {
      if (!this.closed) this.settle()
    }
    return counters[Counter.messages]! - messages
  }

  /** Hands over the frames that are held, the next of which is known. @returns whether to go on with the next lease */
  private handOut(fn: BatchHandler, limit: number): boolean {
    const { held, codec, header, counters } = this
    const { maxMessage } = this.limits
    const bytes = held!
    const end = bytes.length
    const trailer = this.lastUnmarked ? 0 : codec.trailer
    let { at, next: length } = this
    let count = 0
    let total = 0
    this.next = NONE
    try {
      for (;;) {
        const from = at + header
        at = from + length + trailer
        // Consumed before the handler runs, so that it counts as consumed if the handler throws.
        this.lentTo = at
        count++
        total += length
        if (fn(bytes, from, length) === false || count === limit || this.closed) return false
        length = codec.find(bytes, at, end, 0)
        if (length < 0 || length > maxMessage) break
      }
    } finally {
      counters[Counter.messages]! += count
      counters[Counter.bytes]! += total
    }
    this.at = at
    this.lentTo = NONE
    return true
  }

  override tryReadBatch(limit = Infinity): Uint8Array[] | null {
    this.checkRead()
    if (this.next === NONE && !this.findNext()) return null
    const batch: Uint8Array[] = []
    const { header } = this.codec
    do {
      const from = this.at + header
      batch.push(this.held!.subarray(from, from + this.next))
      this.stats.counters[Counter.bytes]! += this.next
      this.lend(from + this.next)
      this.at = this.lentTo
    } while (batch.length < limit && this.findAnother())
    this.stats.counters[Counter.messages]! += batch.length
    return batch
  }

  /** `findInHeld` behind messages that go out now: an error waits for the next call. */
  private findAnother(): boolean {
    try {
      return this.findInHeld()
    } catch {
      this.wasTold(false)
      return false
    }
  }

  get ended(): boolean {
    return this.error === null && this.next === NONE && this.lentTo === NONE && this.held === null && this.inner.ended
  }

  protected holds(interest: number): boolean | null {
    if (interest !== Interest.READ) return null
    return this.lentTo === NONE && (this.next !== NONE || this.findNext() || this.inner.ended)
  }

  private checkRead(): void {
    this.checkReadable()
    if (this.lentTo !== NONE) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
  }

  /** The message that ends at `to` goes out. */
  private lend(to: number): void {
    this.lentTo = this.lastUnmarked ? to : to + this.codec.trailer
    this.next = NONE
  }

  /** What was lent is consumed. */
  private settle(): void {
    if (this.lentTo !== NONE) {
      this.at = this.lentTo
      this.lentTo = NONE
    }
    if (this.held !== null && this.at >= this.held.length) this.giveBack()
    if (this.watched(Interest.READ)) this.wake(Interest.READ)
  }

  /** Gives the byte stream its lease back; what was not consumed stays with it and comes again with more behind it. */
  private giveBack(): void {
    const { held, at } = this
    this.held = null
    this.at = 0
    this.rest = held!.length - at
    this.inner.release(at)
  }

  /** Looks for a complete frame, in what is held and in what the byte stream has. @throws the stream's error */
  private findNext(): boolean {
    if (this.error !== null) throw this.tell(this.error)
    for (;;) {
      if (this.held !== null) {
        if (this.findInHeld()) return true
        this.giveBack()
      }
      const lease = this.inner.tryRead()
      if (lease === null) return false
      this.held = lease
      // A byte stream offers the same rest again only when nothing will follow it.
      if (this.rest > 0 && lease.length === this.rest) return this.lastRest(lease)
    }
  }

  private findInHeld(): boolean {
    const { held, at, codec } = this
    const length = codec.find(held!, at, held!.length, this.rest)
    this.rest = 0
    if (length >= 0 && length <= this.limits.maxMessage) {
      this.next = length
      return true
    }
    this.checkSize(length < 0 ? codec.announced(held!, at, held!.length) : length)
    return false
  }

  /** Refuses a frame that is too large before memory is spent on it. */
  private checkSize(length: number): void {
    const size = length < 0 ? this.held!.length - this.at - this.codec.header : length
    if (size <= this.limits.maxMessage) return
    throw this.spoil(this.tooLarge(size, this.limits.maxMessage, 'a message (max-message)'))
  }

  private lastRest(rest: Uint8Array): boolean {
    if (this.codec.restIsMessage) {
      this.lastUnmarked = true
      this.next = rest.length
      return true
    }
    const message = `${this.uri}: the stream ended inside a frame, ${rest.length} bytes after its beginning`
    throw this.spoil(new CamioError('ERR_CAMIO_TRUNCATED', message, { uri: this.uri }))
  }

  /** Nothing behind a bad frame can be understood. */
  private spoil(error: CamioError): CamioError {
    this.fail(error)
    return this.tell(error)
  }
}
