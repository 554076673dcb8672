/** Messages on a byte stream (`framing=messages`): leases point into the byte stream's own memory, several frames a lease. */
import { CamioError } from '../error.js'
import { features } from '../features.js'
import { Interest } from '../source.js'
import { Counter, WRITE } from '../stats.js'
import type { BatchHandler, Stream, StreamInit } from '../stream.js'
import type { FrameCodec } from './frames.js'
import { Layer } from './layer.js'

const NONE = -1
/** Bytes of the byte stream that are claimed at a time, so that small messages cost it one claim and one commit together. */
const BLOCK = 32 * 1024

export class MessagesView extends Layer {
  readonly maxClaim: number
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
  /** The byte stream's claim, `[blockStart, blockEnd)` of `claimBytes`, filled with frames up to `fillEnd`; all 0 without. */
  private blockStart = 0
  private fillEnd = 0
  private blockEnd = 0
  private claimLength = NONE
  private claimOffset = 0
  // What every message looks at, one step away.
  private readonly counters: Float64Array
  private readonly header: number
  private readonly trailer: number
  /** Can what was committed leave while a claim is out? If not, every message is a claim of its own. */
  private readonly inBlocks: boolean

  constructor(
    inner: Stream,
    init: Pick<StreamInit, 'limits' | 'wait'>,
    private readonly codec: FrameCodec,
  ) {
    super(
      inner,
      init,
      features({ ...inner.features, framing: 'messages', mtu: init.limits.maxMessage, seekable: false }),
    )
    this.counters = this.stats.counters
    this.header = codec.header
    this.trailer = codec.trailer
    this.inBlocks = inner.commitPart !== undefined
    const room = inner.maxClaim - codec.header - codec.trailer
    this.maxClaim = Math.min(init.limits.maxMessage, codec.maxMessage, room)
  }

  // ---------------------------------------------------------------------------------------------------- reading

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

  // ---------------------------------------------------------------------------------------------------- writing

  tryClaim(length: number): Uint8Array | null {
    const offset = this.tryClaimAt(length)
    return offset < 0 ? null : this.claimBytes.subarray(offset, offset + length)
  }

  override tryClaimAt(length: number): number {
    this.checkWritable()
    if (this.claimLength !== NONE) throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it first')
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
    const size = this.header + length + this.trailer
    if (size > this.blockEnd - this.fillEnd && !this.nextBlock(size)) return NONE
    this.claimLength = length
    return (this.claimOffset = this.fillEnd + this.header)
  }

  /** Claims the next block of the byte stream; many messages fill it before it is committed. @returns `false`: not now */
  private nextBlock(size: number): boolean {
    this.commitBlock()
    const { inner } = this
    let room = this.inBlocks ? Math.min(Math.max(size, BLOCK), inner.maxClaim) : size
    let offset = inner.tryClaimAt(room)
    if (offset < 0 && room > size) {
      room = size
      offset = inner.tryClaimAt(room)
    }
    if (offset < 0) return false
    this.claimBytes = inner.claimBytes
    this.blockStart = this.fillEnd = offset
    this.blockEnd = offset + room
    return true
  }

  /** Commits what the messages so far take of the block, and gives the rest of it back. */
  private commitBlock(): void {
    if (this.blockEnd === 0) return
    const length = this.fillEnd - this.blockStart
    this.blockStart = this.fillEnd = this.blockEnd = 0
    if (this.inner.closed) return
    if (length > 0) this.inner.commit(length)
    else this.inner.cancel()
  }

  commit(length = this.claimLength, _more = false): void {
    const { codec, counters, claimBytes, claimOffset } = this
    // A negative length, and NONE, are large when taken without their sign.
    if (length >>> 0 !== length || length > this.claimLength) {
      if (this.claimLength === NONE && this.closed) return
      throw this.badCommit(length)
    }
    this.claimLength = NONE
    if (codec.refuses !== null) this.checkMessage(codec.refuses(claimBytes, claimOffset, length))
    codec.seal(claimBytes, claimOffset, length)
    this.fillEnd = claimOffset + length + this.trailer
    if (!this.inBlocks) this.commitBlock()
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
    if (!this.corked) this.scheduleFlush()
  }

  private badCommit(length: number): CamioError {
    if (this.claimLength === NONE) return this.misuse('ERR_CAMIO_MISUSE', 'has no claim to commit')
    return this.misuse('ERR_CAMIO_MISUSE', `claimed ${this.claimLength} bytes: ${length} cannot be committed`)
  }

  private checkMessage(refusal: string | null): void {
    if (refusal !== null) throw new CamioError('ERR_CAMIO_FRAME', `${this.uri}: ${refusal}`, { uri: this.uri })
  }

  cancel(): void {
    if (this.claimLength === NONE && !this.closed) throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to cancel')
    this.claimLength = NONE
  }

  override tryFlush(): boolean {
    if (this.claimLength === NONE) this.commitBlock()
    else this.commitFilled()
    return this.inner.tryFlush()
  }

  /** A claim is out: what was committed before it in the same block leaves all the same. */
  private commitFilled(): void {
    const length = this.fillEnd - this.blockStart
    if (length === 0) return
    this.blockStart = this.fillEnd
    this.inner.commitPart!(length)
  }
}
