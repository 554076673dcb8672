/** Messages on a byte stream (`framing=messages`): leases point into the byte stream's own memory, several frames a lease. */
import { CamioError } from '../error.js'
import { Counter, WRITE } from '../stats.js'
import type { Stream, StreamInit } from '../stream.js'
import type { FrameCodec } from './frames.js'
import { MessageReader } from './message-reader.js'

const NONE = -1
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
  private readonly trailer: number
  /** Can what was committed leave while a claim is out? If not, every message is a claim of its own. */
  private readonly inBlocks: boolean

  constructor(inner: Stream, init: Pick<StreamInit, 'limits' | 'wait'>, codec: FrameCodec) {
    super(inner, init, codec)
    this.trailer = codec.trailer
    this.inBlocks = inner.commitPart !== undefined
    const room = inner.maxClaim - codec.header - codec.trailer
    this.maxClaim = Math.min(init.limits.maxMessage, codec.maxMessage, room)
  }

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
