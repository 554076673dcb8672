/** Messages on a byte stream (`framing=messages`): leases point into the byte stream's own memory, several frames a lease. */
import { CamioError } from '../error.js'
import type { Features } from '../features.js'
import { Counter, WRITE } from '../stats.js'
import type { BatchWriter, Stream, StreamInit } from '../stream.js'
import type { FrameCodec } from './frames/codec.js'
import { MessageReader } from './message-reader.js'
import { Prefix, writePrefix } from './prefix.js'
import { NO_DATA, Views } from './views.js'

const NONE = -1
/** A claim's length while a batch is written: a claim is out, and only the batch may commit or cancel it. */
const BATCH = -2
/** Bytes of the byte stream that are claimed at a time, so that small messages cost it one claim and one commit together. */
const BLOCK = 32 * 1024

export class MessagesView extends MessageReader {
  readonly maxClaim: number
  /** The byte stream's claim, `[blockStart, blockEnd)` of `claimBytes`, filled with frames up to `fillEnd`; all 0 without. */
  private blockStart = 0
  private fillEnd = 0
  private blockEnd = 0
  private claimLength = NONE
  private claimOffset = 0
  private readonly claims = new Views()
  /** `claimBytes` as numbers. */
  private claimNumbers = NO_DATA
  /** Can what was committed leave while a claim is out? If not, every message is a claim of its own. */
  private readonly inBlocks: boolean
  private readonly room: FrameCodec['room']

  constructor(
    inner: Stream,
    init: Pick<StreamInit, 'limits' | 'wait'>,
    codec: FrameCodec,
    differences?: Partial<Features>,
  ) {
    super(inner, init, codec, differences)
    this.inBlocks = inner.commitPart !== undefined
    // What it commits to the byte stream is sent by this layer's own flush: one place on the loop's list is enough.
    inner.corked = true
    this.room = codec.room
    const most = inner.maxClaim - this.roomBefore(inner.maxClaim) - codec.trailer
    this.maxClaim = Math.min(init.limits.maxMessage, codec.maxMessage, most)
  }

  // ---------------------------------------------------------------------------------------------------- one message

  tryClaim(length: number): Uint8Array | null {
    const offset = this.tryClaimAt(length)
    return offset < 0 ? null : this.claims.at(this.claimBytes, offset, length)
  }

  override tryClaimAt(length: number): number {
    const before = this.roomBefore(length)
    const size = before + length + this.trailer
    const fits = size <= this.blockEnd - this.fillEnd && length >>> 0 === length && length <= this.maxClaim
    // Looked at together: what it is when one does not hold is found out by `hasRoom`.
    if ((!fits || this.claimLength !== NONE || this.noWrite) && !this.hasRoom(length)) return NONE
    this.claimLength = length
    return (this.claimOffset = this.fillEnd + before)
  }

  commit(length = this.claimLength, _more = false): void {
    const { counters, claimLength, claimOffset } = this
    // A negative length, and NONE, are large when taken without their sign.
    if (length >>> 0 !== length || length > claimLength) {
      if (claimLength === NONE && this.closed) return
      throw this.badCommit(length)
    }
    this.claimLength = NONE
    this.fillEnd = this.seal(this.claimBytes, this.fillEnd, claimOffset, length)
    if (!this.inBlocks) this.commitBlock()
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
    if (!this.corked) this.scheduleFlush()
  }

  private badCommit(length: number): CamioError {
    if (this.claimLength === NONE) return this.misuse('ERR_CAMIO_MISUSE', 'has no claim to commit')
    if (this.claimLength === BATCH) return this.misuse('ERR_CAMIO_MISUSE', 'is writing a batch: it commits by itself')
    return this.misuse('ERR_CAMIO_MISUSE', `claimed ${this.claimLength} bytes: ${length} cannot be committed`)
  }

  cancel(): void {
    if (this.claimLength < 0 && !this.closed) throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to cancel')
    if (this.claimLength !== BATCH) this.claimLength = NONE
  }

  // ---------------------------------------------------------------------------------------------------- many messages

  override writeBatch(fn: BatchWriter, length: number, limit = Infinity): number {
    const { counters } = this
    const before = counters[WRITE + Counter.messages]!
    let count = 0
    // One block of the byte stream after the other.
    while (count < limit && this.roomBehind(count, length)) {
      const more = this.fillBlock(fn, length, count, limit)
      count = counters[WRITE + Counter.messages]! - before
      if (!more) break
    }
    return count
  }

  /** Is there room for one more behind `count` messages of a batch? Those come before an error, which waits for the next call. */
  private roomBehind(count: number, length: number): boolean {
    try {
      return this.hasRoom(length)
    } catch (error) {
      if (count === 0) throw error
      this.wasTold(false)
      return false
    }
  }

  /**
   * Lets `fn` write messages until the block is full. What is complete is always in `fillEnd`, so that it can be flushed meanwhile.
   * @returns whether others may follow
   */
  private fillBlock(fn: BatchWriter, length: number, first: number, limit: number): boolean {
    const { claimBytes: bytes, claimNumbers: numbers, prefix, counters } = this
    const fixed = prefix !== Prefix.NONE && prefix !== Prefix.VARINT
    // `| 0`: as in `MessageReader.handOut`.
    const before = this.roomBefore(length) | 0
    const last = (this.blockEnd - this.trailer - length - before) | 0
    const most = length | 0
    // An integer, also where there is no limit.
    const stop = Math.min(limit - first, this.inBlocks ? BLOCK : 1) | 0
    let end = this.fillEnd | 0
    let count = 0
    let total = 0
    this.claimLength = BATCH
    try {
      do {
        const offset = (end + before) | 0
        const answer = fn(bytes, offset, most, first + count)
        const used = answer === undefined ? most : this.batchLength(answer, most) | 0
        if (used < 0 || this.noWrite === true) return false
        if (fixed) writePrefix(prefix, numbers, offset, used)
        this.fillEnd = end = fixed ? (offset + used) | 0 : this.sealByCodec(bytes, end, offset, used) | 0
        // At once: a writer that closes the stream asks it whether there is anything to deliver. The others follow together.
        if (count === 0) counters[WRITE + Counter.messages]! += 1
        count = (count + 1) | 0
        total += used
      } while (end <= last && count < stop)
    } finally {
      this.claimLength = NONE
      this.wrote(count, total)
    }
    return true
  }

  /** @param messages the first of them is counted */
  private wrote(messages: number, bytes: number): void {
    if (messages === 0) return
    const { counters } = this
    if (!this.inBlocks) this.commitBlock()
    counters[WRITE + Counter.messages]! += messages - 1
    counters[WRITE + Counter.bytes]! += bytes
    if (!this.corked) this.scheduleFlush()
  }

  // ---------------------------------------------------------------------------------------------------- frames and blocks

  /** Is there room for a message of `length` bytes at `fillEnd`? `false`: not now @throws what `tryClaimAt` throws */
  private hasRoom(length: number): boolean {
    if (this.noWrite) this.checkWritable()
    if (this.claimLength !== NONE) throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it first')
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
    const size = this.roomBefore(length) + length + this.trailer
    return size <= this.blockEnd - this.fillEnd || this.nextBlock(size)
  }

  /** Bytes of a claim that stay free before a message of `length` bytes. */
  private roomBefore(length: number): number {
    return this.room === null ? this.header : this.room(length)
  }

  /** Makes a frame at `start` of the message at `offset`. @returns where the frame ends @throws `ERR_CAMIO_FRAME` */
  private seal(bytes: Uint8Array, start: number, offset: number, length: number): number {
    const { prefix } = this
    if (prefix === Prefix.NONE || prefix === Prefix.VARINT) return this.sealByCodec(bytes, start, offset, length)
    writePrefix(prefix, this.claimNumbers, offset, length)
    return offset + length
  }

  private sealByCodec(bytes: Uint8Array, start: number, offset: number, length: number): number {
    const { codec } = this
    const refusal = codec.refuses?.(bytes, offset, length) ?? null
    if (refusal !== null) throw new CamioError('ERR_CAMIO_FRAME', `${this.uri}: ${refusal}`, { uri: this.uri })
    if (codec.moves?.(offset - start, length)) this.counters[WRITE + Counter.copies]! += 1
    return codec.seal(bytes, start, offset, length)
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
    this.claimNumbers = this.claims.numbers(this.claimBytes)
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

  override tryFlush(): boolean {
    if (this.claimLength === NONE) {
      this.commitBlock()
      this.claims.forget()
      this.claimNumbers = NO_DATA
    } else {
      this.commitFilled()
    }
    return this.inner.tryFlush()
  }

  override get hasUnsent(): boolean {
    // A stream of an older copy of core does not say.
    return this.blockEnd !== 0 || this.inner.hasUnsent !== false
  }

  /** A claim is out: what was committed before it in the same block leaves all the same. */
  private commitFilled(): void {
    const length = this.fillEnd - this.blockStart
    if (length === 0) return
    this.blockStart = this.fillEnd
    this.inner.commitPart!(length)
  }
}
