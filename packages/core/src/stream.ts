/**
 * The stream contract. A driver's stream extends {@link Stream} and implements the few hot methods itself - no wrapper runs per
 * message - and everything comfortable is built on those here.
 *
 * Outcomes, ownership and the rules behind them: docs/guide.md and docs/writing-a-scheme.md.
 */
import { Endpoint } from './endpoint.js'
import { CamioError, isCamioError } from './error.js'
import { Interest } from './source.js'
import { Counter, WRITE } from './stats.js'
import type { Address, BatchHandler, BatchWriter, KernelEnd, LeasePlace, StreamInit } from './stream-types.js'
import { Turnstile } from './wait/turnstile.js'
import { closedError, DONE, type WaitOptions, waitFor } from './wait/wait.js'

export * from './stream-types.js'

export const STREAM_BRAND = Symbol.for('@camio/stream@1')

/** Answers of `readInto` beside a number of bytes. */
export const ReadInto = { END: -1, NOT_NOW: -2 } as const

const EMPTY = new Uint8Array(0)

export abstract class Stream extends Endpoint {
  /** Where `tryClaimAt`'s offset points into; look again after every claim. */
  claimBytes: Uint8Array = EMPTY

  /** Writes that wait for room, and what must come behind them. */
  protected readonly turns = new Turnstile()

  constructor(init: StreamInit) {
    super(init)
    Object.defineProperty(this, STREAM_BRAND, { value: true })
  }

  // ------------------------------------------------------------------------------------------------ hot path: reading

  /**
   * A lease on the next message, or on all bytes at hand of a byte stream. It points into the transport's memory and is valid
   * until `release`. `null`: not now, or, with `ended`, never again. An empty message is a zero-length array.
   * @throws the stream's error once everything received before it was read, and again on every later call;
   *   `ERR_CAMIO_MISUSE` while a lease is out; `ERR_CAMIO_CLOSED`; `ERR_CAMIO_NOT_READABLE`
   */
  abstract tryRead(): Uint8Array | null

  /**
   * Gives the lease back. On a message stream the whole message is freed. On a byte stream `consumed` bytes (default: all) are
   * freed; the rest is offered again, contiguous with what follows, once there is something new to see.
   * @returns `false` if a lossy source overwrote the lease while it was held
   */
  abstract release(consumed?: number): boolean

  /**
   * Hands over what is at hand without an object per message: up to `limit` messages, or the bytes at hand as one piece. All is
   * released when the handler returns. If it throws, the current message counts as consumed and the error passes through.
   * @returns how many messages were handed over; 0 for "not now" and at the end
   */
  readBatch(fn: BatchHandler, limit = Infinity): number {
    let count = 0
    while (count < limit) {
      const lease = this.tryRead()
      if (lease === null) break
      count++
      let verdict: void | false
      try {
        verdict = fn(lease, 0, lease.length)
      } finally {
        this.release()
      }
      if (verdict === false) break
    }
    return count
  }

  /**
   * A lease that holds many messages, released together by one `release()`. Drivers override it where they can lend more than
   * one message at a time; here it is a batch of one.
   */
  tryReadBatch(_limit?: number): Uint8Array[] | null {
    const lease = this.tryRead()
    return lease === null ? null : [lease]
  }

  /** No more will come, and everything that came was read. */
  abstract get ended(): boolean

  /** The address of the message at hand; changes with every message, so copy what you keep. */
  get remote(): Address | undefined {
    return undefined
  }

  // ------------------------------------------------------------------------------------------------ hot path: writing

  /**
   * Room for `length` bytes in the transport's memory, to be filled and committed. `null`: not now, and only if it can succeed
   * later; the refused length is the mark at which `writable()` wakes.
   * @throws `ERR_CAMIO_TOO_LARGE` if it never can; the stream's error; `ERR_CAMIO_MISUSE` while a claim is out;
   *   `ERR_CAMIO_ENDED`, `ERR_CAMIO_CLOSED`, `ERR_CAMIO_NOT_WRITABLE`
   */
  abstract tryClaim(length: number, to?: Address): Uint8Array | null

  /** `tryClaim` without an allocation: the offset of the room in {@link claimBytes}, -1 for "not now". */
  tryClaimAt(length: number, to?: Address): number {
    const claim = this.tryClaim(length, to)
    if (claim === null) return -1
    this.claimBytes = claim
    return 0
  }

  /**
   * Commits the claim's first `length` bytes (default: all). `commit(0)` is an empty message, or nothing on a byte stream. It
   * leaves by itself at the end of this turn of the event loop, at the latest.
   * @param more others follow at once: a hint that lets the transport join them
   */
  abstract commit(length?: number, more?: boolean): void

  /** Commits the claim's first `length` bytes and keeps the rest claimed, where it lies. Byte streams only. */
  commitPart?(length: number): void

  /**
   * The mirror image of `readBatch`: hands out room for up to `limit` messages of at most `length` bytes each, one after the other,
   * and commits what `fn` makes of it. If `fn` throws, the messages before are committed, this one is not, and the error passes
   * through. Meanwhile `fn` must not write to this stream otherwise. A message during which the stream breaks or is closed is not
   * committed. A fast reader may keep a batch without a `limit` going for as long as `fn` has something to say.
   * @returns how many messages were committed; 0 for "not now", whenever room was refused `writable()` wakes when `length` bytes fit
   * @throws what `tryClaimAt` throws, unless messages were committed before: then the next call does; `ERR_CAMIO_MISUSE` for an
   *   answer of `fn` that is no length, or is more than it was given
   */
  writeBatch(fn: BatchWriter, length: number, limit = Infinity, to?: Address): number {
    let count = 0
    while (count < limit) {
      const offset = this.claimNext(length, count, to)
      if (offset < 0 || !this.writeOne(fn, offset, length, count)) break
      count++
    }
    return count
  }

  /** `tryClaimAt` behind `count` messages of a batch: those first. */
  private claimNext(length: number, count: number, to?: Address): number {
    try {
      return this.tryClaimAt(length, to)
    } catch (error) {
      if (count === 0) throw error
      this.wasTold(false)
      return -1
    }
  }

  /** @returns whether it was committed, and others may follow */
  private writeOne(fn: BatchWriter, offset: number, length: number, index: number): boolean {
    let committed = false
    try {
      const used = this.batchLength(fn(this.claimBytes, offset, length, index), length)
      if (used >= 0 && !this.writeForbidden) {
        this.commit(used)
        committed = true
      }
    } finally {
      if (!committed) this.cancel()
    }
    return committed
  }

  /** Driver: what a {@link BatchWriter} answered, as the message's length. @returns -1 for `false` @throws `ERR_CAMIO_MISUSE` */
  protected batchLength(answer: number | void | false, length: number): number {
    if (answer === undefined) return length
    if (answer === false) return -1
    if (answer >>> 0 === answer && answer <= length) return answer
    throw this.misuse('ERR_CAMIO_MISUSE', `gave room for ${length} bytes: ${answer} cannot be committed`)
  }

  /** Driver: what is wrong with a claim of `length` bytes that is not a whole number up to `maxClaim`. */
  protected badClaim(length: number): CamioError {
    if (length > this.maxClaim) return this.tooLarge(length, this.maxClaim, 'a claim')
    return this.misuse('ERR_CAMIO_MISUSE', `cannot claim ${length} bytes`)
  }

  /** Gives the claim back unused. */
  abstract cancel(): void

  /** Claim, copy, commit: all or nothing. @returns `false` for "not now" */
  tryWrite(bytes: Uint8Array): boolean {
    const offset = this.tryClaimAt(bytes.length)
    if (offset < 0) return false
    this.claimBytes.set(bytes, offset)
    this.stats.counters[WRITE + Counter.copies]! += 1
    this.commit(bytes.length)
    return true
  }

  /**
   * The mirror image of `tryReadBatch`: copies `messages[from]` and those behind it in, in their order, each all or nothing.
   * @returns how many were taken; 0 for "not now": `writable()` wakes when the first that was refused fits
   * @throws what `tryClaimAt` throws, unless messages were taken before: then the next call does
   */
  tryWriteBatch(messages: readonly Uint8Array[], from = 0): number {
    let at = from
    while (at < messages.length && this.takeNext(messages[at]!, at - from)) at++
    return at - from
  }

  /** `tryWrite` behind `count` messages of a batch: those first. */
  private takeNext(bytes: Uint8Array, count: number): boolean {
    try {
      return this.tryWrite(bytes)
    } catch (error) {
      if (count === 0) throw error
      this.wasTold(false)
      return false
    }
  }

  /** The largest claim that can ever succeed. */
  abstract readonly maxClaim: number

  // ------------------------------------------------------------------------------------------------ driver hooks

  /** `tryRead` without an allocation, for layers: where the lease lies. The object is used again by the next call. */
  tryReadPlace(): LeasePlace | null {
    const lease = this.tryRead()
    return lease === null ? null : { bytes: lease, start: 0, end: lease.length }
  }

  /** In-kernel copying: lends the descriptor, if there is one and nothing stands between it and the bytes. */
  takeKernel?(side: 'read' | 'write'): KernelEnd | null
  /**
   * Reads straight into `target`, which is never empty: on message streams one whole message, which must fit.
   * Counts no copy beyond what the transport needs.
   * @returns the number of bytes (0 is an empty message), {@link ReadInto.END}, or {@link ReadInto.NOT_NOW}
   * @throws what `tryRead` throws
   */
  readInto?(target: Uint8Array): number
  /** Is `readInto` cheaper than a lease and a copy? Asked once a pipe. */
  get readsInto(): boolean {
    return this.readInto !== undefined
  }
  /** Streams that share one memory have the same `region`, and hand leases over instead of copying. */
  declare readonly region?: object
  /** Gives the current lease away: the caller owns its release from now on. Only `adopt` of the same region calls it. */
  handOver?(): unknown
  /** Takes over the lease that `source` (of the same region) holds, as a committed message. `false`: not now. */
  adopt?(source: Stream): boolean

  /** Bytes from the start, on seekable streams. */
  get position(): number {
    throw this.unsupported('position')
  }
  seek(_position: number): void {
    throw this.unsupported('seek')
  }

  // ------------------------------------------------------------------------------------------------ comfortable path

  /** The next lease; `null` at the end. Release it before the next read. */
  async read(options?: WaitOptions): Promise<Uint8Array | null> {
    for (;;) {
      const lease = this.tryRead()
      if (lease !== null || this.ended) return lease
      await this.readable(options)
    }
  }

  /** A lease a turn, released when the loop goes round or is left. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (let lease = await this.read(); lease !== null; lease = await this.read()) {
      try {
        yield lease
      } finally {
        if (!this.closed) this.release()
      }
    }
  }

  /** Many messages a turn under one lease, released together when the loop goes round or is left. */
  async *batches(limit?: number): AsyncGenerator<Uint8Array[], void, undefined> {
    for (;;) {
      const batch = this.tryReadBatch(limit)
      if (batch === null) {
        if (this.ended) return
        await this.readable()
        continue
      }
      try {
        yield batch
      } finally {
        if (!this.closed) this.release()
      }
    }
  }

  /**
   * Waits for room, copies, commits; resolves when the stream has taken all of it. Calls that overlap are served in their order,
   * and `flush` and `end` come behind them; `tryClaim` and `tryWrite` do not wait in that line. On a byte stream bytes beyond
   * `maxClaim` go in pieces, so that aborting may leave some of them written. `bytes` must not change before it resolves.
   */
  write(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    try {
      options?.signal?.throwIfAborted()
      if (this.turns.idle && bytes.length <= this.maxClaim && this.tryWrite(bytes)) return DONE
    } catch (error) {
      return Promise.reject(error)
    }
    return this.writeInTurn(bytes, options)
  }

  protected async writeInTurn(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    await this.turns.enter(options?.signal)
    try {
      await this.writeAll(bytes, options)
    } finally {
      this.turns.leave()
    }
  }

  /** The caller's turn: nothing else that waits is written meanwhile. */
  protected async writeAll(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    const piece = this.features.framing === 'bytes' ? this.maxClaim : bytes.length
    let from = 0
    do {
      const part = bytes.subarray(from, from + piece)
      while (!this.tryWrite(part)) await this.writable(options)
      from += part.length
    } while (from < bytes.length)
  }

  /** Resolves on data, the end and an error alike; the following `tryRead` tells which. */
  readable(options?: WaitOptions): Promise<void> {
    return waitFor(this, Interest.READ, options, this.waitStrategy)
  }

  /** Resolves when it is worth trying the refused claim again. */
  writable(options?: WaitOptions): Promise<void> {
    return waitFor(this, Interest.WRITE, options, this.waitStrategy)
  }

  /** Resolves when everything committed, and every `write()` before this call, has been handed to the transport. */
  flush(options?: WaitOptions): Promise<void> {
    if (!this.turns.idle) return this.flushInTurn(options)
    try {
      if (this.tryFlush()) return DONE
    } catch (error) {
      return Promise.reject(error)
    }
    return this.flushSlowly(options)
  }

  /**
   * Resolves when everything committed, and every `write()` before this call, is on stable storage. Regular files have such a thing.
   * @throws `ERR_CAMIO_UNSUPPORTED` where the transport has none; what `flush` throws; the error that made it fail, which breaks the
   *   stream for writing: what was not stored then is not told by a later call (fsync(2))
   */
  async sync(_options?: WaitOptions): Promise<void> {
    throw new CamioError('ERR_CAMIO_UNSUPPORTED', `${this.uri} has no storage to sync with`, { uri: this.uri })
  }

  private async flushInTurn(options?: WaitOptions): Promise<void> {
    await this.turns.enter(options?.signal)
    try {
      if (!this.tryFlush()) await this.flushSlowly(options)
    } finally {
      this.turns.leave()
    }
  }

  /**
   * Delivers what was committed, and every `write()` before this call, and tells the other side that no more will come. Reading
   * goes on. Idempotent; aborting leaves the stream open for more.
   */
  async end(options?: WaitOptions): Promise<void> {
    await this.turns.enter(options?.signal)
    try {
      await this.endOnce(options)
    } finally {
      this.turns.leave()
    }
  }

  private async endOnce(options?: WaitOptions): Promise<void> {
    if (this.closed) throw closedError(this)
    if (this.writeEnded || !this.features.writable) return
    this.checkWritable()
    this.setWriteEnded(true)
    try {
      if (!this.tryFlush()) await this.flushSlowly(options)
    } catch (error) {
      if (!isCamioError(error)) this.setWriteEnded(false)
      throw error
    }
    await this.endWrite()
  }
}

export function isStream(value: unknown): value is Stream {
  return typeof value === 'object' && value !== null && STREAM_BRAND in value
}
