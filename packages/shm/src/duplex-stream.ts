/** A stream between two ends that know each other: a ring each way, or one way only. */
import {
  type BatchHandler,
  type BatchWriter,
  type CamioError,
  Counter,
  Interest,
  type StreamInit,
  WRITE,
} from '@camio/core/spi'
import { WriterState } from './layout.js'
import type { Link, LinkOwner } from './link.js'
import { ReadingStream } from './reading-stream.js'
import type { Region } from './region.js'
import { RingReader } from './ring-reader.js'
import { RingWriter } from './ring-writer.js'

const NONE = -1
/** A claim's length while a batch is written: a claim is out, and only the batch may commit or cancel it. */
const BATCH = -2

export interface DuplexEnds {
  readonly link: Link
  readonly incoming: Region | null
  readonly outgoing: Region | null
}

export class DuplexStream extends ReadingStream implements LinkOwner {
  readonly maxClaim: number
  private readonly link: Link
  private readonly incoming: RingReader | null
  private readonly outgoing: RingWriter | null
  /** Bytes of the claim that is out. */
  private claimed = NONE
  /** `writable()` waits for room for so much: the length that was refused last, or one byte. */
  private mark = 1
  /** Why nobody is at the other end any more. */
  private gone: CamioError | null = null

  constructor(init: StreamInit, { link, incoming, outgoing }: DuplexEnds) {
    super(init)
    const { counters } = this.stats
    this.link = link
    this.incoming = incoming && new RingReader(incoming, link.bell(counters, Counter.systemCalls))
    this.outgoing = outgoing && new RingWriter(outgoing, link.bell(counters, WRITE + Counter.systemCalls))
    this.maxClaim = Math.min(this.outgoing?.maxClaim ?? 0, init.limits.maxMessage)
    if (this.outgoing) this.claimBytes = this.outgoing.bytes
    link.attach(this)
  }

  // ---------------------------------------------------------------------------------------------------- reading

  protected pick(): RingReader | null {
    return this.incoming!.next() ? this.incoming : null
  }

  protected nothing(): null {
    const { fault } = this.incoming!
    if (fault !== null) throw this.broken(fault)
    if (this.error !== null) throw this.tell(this.error)
    return null
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    this.checkRead()
    let count = 0
    this.batching = true
    try {
      count = this.incoming!.drain(fn, limit, this.stats.counters)
    } finally {
      this.batching = false
      if (!this.closed) this.room()
    }
    if (count === 0 && limit >= 1) this.nothing()
    return count
  }

  /** What was read becomes room: at once if it is much or waited for, else at the end of the turn. */
  private room(): void {
    const incoming = this.incoming!
    if (incoming.due) incoming.publish()
    else if (!this.corked) this.scheduleFlush()
  }

  get ended(): boolean {
    return this.error === null && this.lender === null && this.incoming !== null && this.incoming.finished
  }

  // ---------------------------------------------------------------------------------------------------- writing

  tryClaim(length: number): Uint8Array | null {
    const offset = this.tryClaimAt(length)
    return offset < 0 ? null : this.claimBytes.subarray(offset, offset + length)
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
    this.mark = 1
    outgoing.commit(length)
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
    if (outgoing.due) outgoing.publish()
    else if (!this.corked) this.scheduleFlush()
  }

  cancel(): void {
    if (this.claimed < 0) this.badCancel()
    else this.claimed = NONE
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

  private wrote(messages: number, bytes: number): void {
    if (messages === 0) return
    const { counters } = this.stats
    counters[WRITE + Counter.messages]! += messages
    counters[WRITE + Counter.bytes]! += bytes
    this.mark = 1
    if (!this.corked && !this.closed) this.scheduleFlush()
  }

  /** An error behind messages that were committed waits for the next call. */
  private refuseBehind(count: number, length: number): void {
    try {
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
    if (this.gone !== null) {
      this.fail(this.gone)
      throw this.tell(this.gone)
    }
    this.mark = length
    this.stats.counters[WRITE + Counter.backpressure]! += 1
    return NONE
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
    this.publish()
    return true
  }

  protected publish(): void {
    this.outgoing?.publish()
    this.incoming?.publish()
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    if (interest === Interest.READ) return this.readyToRead()
    if (interest === Interest.WRITE) return this.readyToWrite()
    return true
  }

  private readyToRead(): boolean {
    const { incoming } = this
    if (incoming === null || this.lender !== null || this.batching) return false
    if (incoming.ready) return true
    const state = incoming.writerState
    if (state === WriterState.RESET) this.fail(this.peerReset())
    return state !== WriterState.OPEN
  }

  private readyToWrite(): boolean {
    return this.writeForbidden || this.gone !== null || this.outgoing!.fits(this.mark) || this.outgoing!.fault !== null
  }

  protected sleep(interest: number): boolean {
    if (interest === Interest.READ) return this.incoming !== null && this.incoming.sleep() && this.readyToRead()
    return this.outgoing!.sleep(this.mark) || this.readyToWrite()
  }

  protected stir(interest: number): void {
    if (interest === Interest.READ) this.incoming?.stir()
    else this.outgoing?.stir()
  }

  // ---------------------------------------------------------------------------------------------------- the other end

  rung(): void {
    if (this.link.gone) this.peerGone()
    this.lookAgain()
  }

  /** Did it say goodbye? If not, it died. What it left in the ring is read all the same. */
  private peerGone(): void {
    if (this.gone !== null || this.closed) return
    const { incoming, outgoing } = this
    const said = (incoming?.writerState ?? WriterState.ENDED) !== WriterState.OPEN && (outgoing?.readerClosed ?? true)
    this.gone = said ? this.peerReset() : this.peerLost()
    outgoing?.abandon()
    const cutOff = incoming !== null && incoming.writerState !== WriterState.ENDED
    if (cutOff || outgoing?.unread) this.fail(this.gone)
  }

  protected endWrite(): void {
    this.outgoing!.end(WriterState.ENDED)
  }

  protected destroy(discard: boolean): void {
    const { incoming, outgoing } = this
    this.claimed = NONE
    this.lender = null
    if (!discard) outgoing?.publish()
    const unread = incoming?.close() ?? false
    // What the other end wrote and nobody read is lost: it must not take that for delivered.
    outgoing?.end(discard || unread ? WriterState.RESET : WriterState.ENDED)
    this.link.close()
    incoming?.release()
    outgoing?.release()
  }
}
