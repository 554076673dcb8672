/**
 * The stream contract. A driver's stream extends {@link Stream} and implements the few hot methods itself - no wrapper runs per
 * message - and everything comfortable is built on those here.
 *
 * Outcomes, ownership and the rules behind them: docs/guide.md and docs/writing-a-scheme.md.
 */

import { streamClosed, streamFailed } from './diagnostics.js'
import { CamioError, isCamioError } from './error.js'
import type { Features } from './features.js'
import { Interest, Source, type Waiter } from './source.js'
import { Counter, StreamStats, WRITE } from './stats.js'
import { type Corked, cork } from './wait/loop.js'
import { PARK, type WaitStrategy } from './wait/strategy.js'
import { closedError, DONE, type WaitOptions, waitFor } from './wait/wait.js'

export const STREAM_BRAND = Symbol.for('@camio/stream@1')

/** Where a message came from or goes to, on transports that have such a thing. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** What core hands to every stream that a driver makes; the driver passes it on to the constructor. */
export interface StreamInit {
  /** As bound: the real port, the real name. */
  uri: string
  features: Features
  limits: StreamLimits
  wait?: WaitStrategy | undefined
  stats?: StreamStats | undefined
}

/** The limits that core's options set on every stream. */
export interface StreamLimits {
  /** Bytes that a lease on a byte stream may grow to while its reader keeps asking for more (`max-lease`). */
  readonly maxLease: number
  /** The largest message, and the largest claim on a byte stream, in bytes (`max-message`). */
  readonly maxMessage: number
  /** How long `close()` tries to deliver what was committed, in milliseconds (`linger`). */
  readonly lingerMs: number
}

export const DEFAULT_LIMITS: StreamLimits = Object.freeze({
  maxLease: 64 * 1024 * 1024,
  maxMessage: 16 * 1024 * 1024,
  lingerMs: 5000,
})

export interface CloseOptions {
  /** Reset at once: what was committed and has not left is dropped. */
  discard?: boolean
}

/** Handed the current message's place: `bytes.subarray(offset, offset + length)`. `false` stops after this message. */
export type BatchHandler = (bytes: Uint8Array, offset: number, length: number) => void | false

/** A descriptor lent to a mover for in-kernel copying; see `Stream.takeKernel`. */
export interface KernelEnd {
  readonly fd: number
  readonly kind: 'file' | 'pipe' | 'socket' | 'char'
  /** Byte position for `file`s that are read or written at a position of their own; `null` for the descriptor's own. */
  readonly offset: number | null
  /** Bytes that may still be moved, or `null` for "to the end". */
  readonly length: number | null
  /** Source only: what is already in user space and comes first. Valid until `moved` is called. */
  readonly buffered: Uint8Array | null
  /** Tells the stream how many bytes the kernel moved and whether the end was seen, and gives the descriptor back. */
  moved(bytes: number, ended: boolean): void
}

const EMPTY = new Uint8Array(0)

export abstract class Stream extends Source implements Corked, AsyncDisposable {
  readonly uri: string
  readonly features: Features
  override readonly stats: StreamStats
  protected readonly limits: StreamLimits
  protected readonly waitStrategy: WaitStrategy

  /** Where `tryClaimAt`'s offset points into; look again after every claim. */
  claimBytes: Uint8Array = EMPTY

  /** What broke the stream, if anything did. */
  error: CamioError | null = null
  /** Has the program been told of `error`? `close()` throws one that it has not seen. */
  private errorSeen = false
  private writeEnded = false
  /** Does anything forbid reading, or writing? One look a message; what it is, is found out when it is asked. */
  private readonly noRead: boolean
  private noWrite: boolean
  private closing: Promise<void> | null = null
  /** Loop bookkeeping, see {@link Corked}. */
  corked = false
  /** Does {@link DRAINER} wait for the transport to take more? */
  private draining = false

  constructor(init: StreamInit) {
    super()
    this.uri = init.uri
    this.features = init.features
    this.stats = init.stats ?? new StreamStats()
    this.limits = init.limits
    this.waitStrategy = init.wait ?? PARK
    this.noRead = !init.features.readable
    this.noWrite = !init.features.writable
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

  /** Everything committed is on its way (`true`), or the transport takes no more now. @throws the stream's error */
  abstract tryFlush(): boolean

  /** The largest claim that can ever succeed. */
  abstract readonly maxClaim: number

  // ------------------------------------------------------------------------------------------------ driver hooks

  /** Tells the other side that no more will come. Everything committed was flushed before. */
  protected abstract endWrite(): void | Promise<void>
  /**
   * Gives every descriptor, mapping and thread back. With `discard` the other side gets a reset where the transport has one.
   * Must not throw; called once.
   */
  protected abstract destroy(discard: boolean): void | Promise<void>

  /** In-kernel copying: lends the descriptor, if there is one and nothing stands between it and the bytes. */
  takeKernel?(side: 'read' | 'write'): KernelEnd | null
  /**
   * Reads straight into `target`: the bytes' number, 0 for "not now", -1 at the end. On message streams one whole message.
   * Counts no copy of its own beyond what the transport needs.
   */
  readInto?(target: Uint8Array): number
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
   * Waits for room, copies, commits; resolves when the stream has taken all of it. On a byte stream bytes beyond `maxClaim` go
   * in pieces, so that aborting may leave some of them written.
   */
  write(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
    try {
      options?.signal?.throwIfAborted()
      if (bytes.length <= this.maxClaim && this.tryWrite(bytes)) return DONE
    } catch (error) {
      return Promise.reject(error)
    }
    return this.writeAll(bytes, options)
  }

  private async writeAll(bytes: Uint8Array, options?: WaitOptions): Promise<void> {
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

  /** Resolves when everything committed has been handed to the transport. */
  flush(options?: WaitOptions): Promise<void> {
    try {
      if (this.tryFlush()) return DONE
    } catch (error) {
      return Promise.reject(error)
    }
    return this.flushSlowly(options)
  }

  private async flushSlowly(options?: WaitOptions): Promise<void> {
    do await waitFor(this, Interest.DRAIN, options, this.waitStrategy)
    while (!this.tryFlush())
  }

  /** Delivers what was committed and tells the other side that no more will come. Reading goes on. */
  async end(options?: WaitOptions): Promise<void> {
    if (this.closed) throw closedError(this)
    if (this.writeEnded) return
    this.writeEnded = this.noWrite = true
    try {
      await this.flush(options)
    } catch (error) {
      // An aborted wait leaves the stream as it was.
      if (!isCamioError(error)) this.writeEnded = this.noWrite = false
      throw error
    }
    await this.endWrite()
  }

  /**
   * Delivers what was committed, for `linger` at most, gives everything back and wakes whoever waits with `ERR_CAMIO_CLOSED`.
   * Idempotent. @throws an error of earlier writes that the program has not seen, `ERR_CAMIO_TIMEOUT` when `linger` ran out
   */
  close(options?: CloseOptions): Promise<void> {
    this.closing ??= this.closeOnce(options?.discard ?? false)
    return this.closing
  }

  private async closeOnce(discard: boolean): Promise<void> {
    let lost: unknown = null
    if (!discard) lost = await this.deliverRest()
    this.writeEnded = true
    const destroyed = this.destroy(discard || lost !== null)
    this.wakeAll()
    await destroyed
    streamClosed(this)
    if (lost !== null && !(lost === this.error && this.errorSeen)) throw lost
  }

  /** @returns why committed data could not be delivered, or `null` */
  private async deliverRest(): Promise<unknown> {
    if (!this.features.writable) return null
    try {
      if (this.tryFlush()) return null
      await this.flushSlowly({ signal: AbortSignal.timeout(this.limits.lingerMs) })
      return null
    } catch (error) {
      if (isCamioError(error)) return error
      const message = `${this.uri}: closed after linger=${this.limits.lingerMs}ms with committed data not delivered`
      return new CamioError('ERR_CAMIO_TIMEOUT', message, { uri: this.uri })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  // ------------------------------------------------------------------------------------------------ for drivers

  /** Breaks the stream: readers get `error` after everything received before it, writers at once. The first error stays. */
  fail(error: CamioError): void {
    if (this.error !== null || this.closed) return
    this.error = error
    this.noWrite = true
    streamFailed(this, error)
    this.wake(Interest.READ)
    this.wake(Interest.WRITE)
    this.wake(Interest.DRAIN)
  }

  /** See {@link Corked}: errors stay in `error` and appear at the program's next call. */
  flushInBackground(): void {
    if (this.closed) return
    const seen = this.errorSeen
    try {
      if (!this.tryFlush()) this.drainInBackground()
    } catch (error) {
      if (!isCamioError(error)) throw error
      this.errorSeen = seen
      this.fail(error)
    }
  }

  private drainInBackground(): void {
    if (this.draining) return
    this.draining = !this.watch(Interest.DRAIN, DRAINER)
    if (!this.draining) cork(this)
  }

  /** Loop bookkeeping: the rest is on its way when the transport takes more. */
  drained(): void {
    this.draining = false
    this.flushInBackground()
  }

  /** Driver: call after a commit, so that the data leaves at the end of this turn. */
  protected scheduleFlush(): void {
    if (!this.corked) cork(this)
  }

  /** Driver: throws what forbids reading, besides the stream's error, which comes after the data. */
  protected checkReadable(): void {
    if (!this.noRead && !this.closed) return
    if (this.closed) throw closedError(this)
    if (!this.features.readable) throw this.misuse('ERR_CAMIO_NOT_READABLE', 'was not opened for reading')
  }

  /** Driver: throws what forbids writing. */
  protected checkWritable(): void {
    if (!this.noWrite && !this.closed) return
    if (this.closed) throw closedError(this)
    if (this.error !== null) throw this.tell(this.error)
    if (this.writeEnded) throw this.misuse('ERR_CAMIO_ENDED', 'was ended: nothing can be written after end()')
    if (!this.features.writable) throw this.misuse('ERR_CAMIO_NOT_WRITABLE', 'was not opened for writing')
  }

  /** Driver: `error` as it is thrown at the program, which has then seen it. */
  protected tell(error: CamioError): CamioError {
    this.errorSeen = true
    return error
  }

  protected misuse(
    code: 'ERR_CAMIO_MISUSE' | 'ERR_CAMIO_NOT_READABLE' | 'ERR_CAMIO_NOT_WRITABLE' | 'ERR_CAMIO_ENDED',
    what: string,
  ): CamioError {
    return new CamioError(code, `${this.uri} ${what}`, { uri: this.uri })
  }

  protected tooLarge(length: number, limit: number, what: string): CamioError {
    const message = `${this.uri}: ${what} of ${length} bytes is over the limit of ${limit}`
    return new CamioError('ERR_CAMIO_TOO_LARGE', message, { uri: this.uri })
  }

  private unsupported(what: string): CamioError {
    return new CamioError('ERR_CAMIO_UNSUPPORTED', `${this.uri} is not seekable: it has no ${what}`, { uri: this.uri })
  }
}

/** Sends the rest of what was committed in the background as soon as the transport takes it. */
const DRAINER: Waiter = {
  notify(source) {
    ;(source as unknown as Stream).drained()
  },
}

export function isStream(value: unknown): value is Stream {
  return typeof value === 'object' && value !== null && STREAM_BRAND in value
}
