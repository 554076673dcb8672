/** The writing half: claims in the memory that the reader looks at. A stream that cannot be written to has no `outgoing`. */
import { type BatchWriter, Counter, type StreamInit, WRITE } from '@camio/core/spi'
import type { Outgoing } from '../ring/outgoing.js'
import { ShmStream } from './shm-stream.js'

const NONE = -1
/** A claim's length while a batch is written: a claim is out, and only the batch may commit or cancel it. */
const BATCH = -2

export abstract class WritingStream extends ShmStream {
  readonly maxClaim: number
  /** `writable()` waits for room for so much: the length that was refused last, or one byte. */
  protected mark = 1
  /** Bytes of the claim that is out. */
  private claimed = NONE

  constructor(
    init: StreamInit,
    protected readonly outgoing: Outgoing | null,
  ) {
    super(init)
    this.maxClaim = Math.min(outgoing?.maxClaim ?? 0, init.limits.maxMessage)
    if (outgoing !== null) this.claimBytes = outgoing.bytes
  }

  /** There is no room. @throws if there never will be, for want of anybody who reads */
  protected abstract checkPeer(): void
  /** Everything was published. @throws if somebody was to read it who does not any more */
  protected checkDelivery(): void {}

  tryClaim(length: number): Uint8Array | null {
    const offset = this.tryClaimAt(length)
    return offset < 0 ? null : new Uint8Array(this.outgoing!.buffer, offset, length)
  }

  override tryClaimAt(length: number): number {
    if (this.noWrite || this.claimed !== NONE || length >>> 0 !== length || length > this.maxClaim)
      this.checkClaim(length)
    const offset = this.outgoing!.claim(length)
    if (offset < 0) return this.refuse(length)
    this.claimed = length
    return offset
  }

  commit(length = this.claimed): void {
    // A negative length is large when taken without its sign.
    if (length >>> 0 !== length || length > this.claimed) {
      this.badCommit(length)
      return
    }
    const outgoing = this.outgoing!
    const { counters } = this.stats
    this.claimed = NONE
    outgoing.commit(length)
    if (this.mark !== 1) this.setMark(1)
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
    if (outgoing.due) outgoing.publish()
    else if (!this.corked) this.scheduleFlush()
  }

  cancel(): void {
    if (this.claimed < 0) this.badCancel()
    else this.claimed = NONE
  }

  override tryWrite(bytes: Uint8Array): boolean {
    const { length } = bytes
    const offset = this.tryClaimAt(length)
    if (offset < 0) return false
    this.claimBytes.set(bytes, offset)
    this.stats.counters[WRITE + Counter.copies]! += 1
    this.commit(length)
    return true
  }

  override writeBatch(fn: BatchWriter, length: number, limit = Infinity): number {
    this.checkClaim(length)
    const outgoing = this.outgoing!
    let count = 0
    let total = 0
    let refused = false
    this.claimed = BATCH
    try {
      while (count < limit) {
        const offset = outgoing.claim(length)
        if ((refused = offset < 0)) break
        const answer = fn(outgoing.bytes, offset, length, count)
        const used = answer === undefined ? length : this.batchLength(answer, length)
        if (used < 0 || this.noWrite) break
        outgoing.commit(used)
        count++
        total += used
        if (outgoing.due) outgoing.publish()
      }
    } finally {
      this.claimed = NONE
      this.wrote(count, total)
    }
    if (refused) this.refuseBehind(count, length)
    return count
  }

  override tryWriteBatch(messages: readonly Uint8Array[], from = 0): number {
    this.checkClaim(0)
    const { maxClaim } = this
    const outgoing = this.outgoing!
    const { bytes } = outgoing
    let at = from
    let total = 0
    let refused = NONE
    try {
      for (; at < messages.length; at++) {
        const message = messages[at]!
        const { length } = message
        const offset = length > maxClaim ? NONE : outgoing.claim(length)
        if (offset < 0) {
          refused = length
          break
        }
        bytes.set(message, offset)
        outgoing.commit(length)
        total += length
        if (outgoing.due) outgoing.publish()
      }
    } finally {
      this.wrote(at - from, total)
      this.stats.counters[WRITE + Counter.copies]! += at - from
    }
    if (refused >= 0) this.refuseBehind(at - from, refused)
    return at - from
  }

  private wrote(messages: number, bytes: number): void {
    if (messages === 0) return
    const { counters } = this.stats
    counters[WRITE + Counter.messages]! += messages
    counters[WRITE + Counter.bytes]! += bytes
    if (this.mark !== 1) this.setMark(1)
    if (!this.corked && !this.closed) this.scheduleFlush()
  }

  /** An error behind messages that were committed waits for the next call. */
  private refuseBehind(count: number, length: number): void {
    try {
      if (length > this.maxClaim) throw this.badClaim(length)
      this.refuse(length)
    } catch (error) {
      if (count === 0) throw error
      this.wasTold(false)
    }
  }

  /** @returns -1: not now @throws what is wrong with the ring, or the other end */
  private refuse(length: number): number {
    const outgoing = this.outgoing!
    outgoing.publish()
    if (outgoing.fault !== null) throw this.broken(outgoing.fault)
    this.checkPeer()
    this.setMark(length)
    this.stats.counters[WRITE + Counter.backpressure]! += 1
    return NONE
  }

  /** Who waits for room already waits for this from now on: the reader must know. */
  private setMark(length: number): void {
    if (this.mark === length) return
    this.mark = length
    if (!this.closed) this.lookAgain()
  }

  private checkClaim(length: number): void {
    this.checkWritable()
    if (this.claimed !== NONE)
      throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it before the next one')
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
  }

  /** @throws unless the stream was closed while the claim was out */
  private badCommit(length: number): void {
    const { claimed } = this
    if (claimed === BATCH) throw this.misuse('ERR_CAMIO_MISUSE', 'is writing a batch: it commits by itself')
    if (claimed !== NONE)
      throw this.misuse('ERR_CAMIO_MISUSE', `claimed ${claimed} bytes: ${length} cannot be committed`)
    if (!this.closed) throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to commit')
  }

  private badCancel(): void {
    if (this.claimed === BATCH) throw this.misuse('ERR_CAMIO_MISUSE', 'is writing a batch: answer false instead')
    if (!this.closed) throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to cancel')
  }

  tryFlush(): boolean {
    this.checkFlush()
    // The room of what was read follows at the end of the turn, or when the next look finds nothing.
    if (this.corked) this.outgoing?.publish()
    else this.publish()
    const fault = this.outgoing?.fault ?? null
    if (fault !== null) throw this.broken(fault)
    this.checkDelivery()
    return true
  }

  protected readyToWrite(): boolean {
    return this.writeForbidden || this.outgoing!.fits(this.mark) || this.outgoing!.fault !== null
  }

  protected forgetClaim(): void {
    this.claimed = NONE
  }
}
