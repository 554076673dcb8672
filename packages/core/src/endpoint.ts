/** The life of a stream, beneath its reading and writing: what it is, what broke it, how it is closed. */
import { streamClosed, streamFailed } from './diagnostics.js'
import { CamioError, isCamioError } from './error.js'
import type { Features } from './features.js'
import { Interest, Source, type Waiter } from './source.js'
import { Counter, StreamStats, WRITE } from './stats.js'
import type { CloseOptions, StreamInit, StreamLimits } from './stream-types.js'
import { type Corked, cork } from './wait/loop.js'
import { PARK, type WaitStrategy } from './wait/strategy.js'
import { closedError, type WaitOptions, waitFor } from './wait/wait.js'

export abstract class Endpoint extends Source implements Corked, AsyncDisposable {
  readonly uri: string
  readonly features: Features
  override readonly stats: StreamStats
  protected readonly limits: StreamLimits
  protected readonly waitStrategy: WaitStrategy

  /** What broke the stream, if anything did. */
  error: CamioError | null = null
  /** Has the program been told of `error`? */
  protected errorSeen = false
  /** The layer around this stream, which is what the program knows. */
  wrapper: Endpoint | null = null
  /** Loop bookkeeping, see {@link Corked}. */
  corked = false

  protected writeEnded = false
  /** Does anything forbid reading, or writing? One look a message, closed streams included; what it is, is found out when asked. */
  protected noRead: boolean
  protected noWrite: boolean
  private closing: Promise<void> | null = null
  /** Ends a `linger`: its time ran out, or the program wants to wait no longer. Made by `close`. */
  private hurry: AbortController | null = null
  private discarded = false
  /** Does {@link DRAINER} wait for the transport to take more? */
  private draining = false

  /** When `linger` is over, once the stream is closing. */
  private lingerEnd = 0

  constructor(init: StreamInit) {
    super()
    this.uri = init.uri
    this.features = init.features
    this.stats = init.stats ?? new StreamStats()
    this.limits = init.limits
    this.waitStrategy = init.wait ?? PARK
    this.noRead = !init.features.readable
    this.noWrite = !init.features.writable
  }

  // ------------------------------------------------------------------------------------------------ driver hooks

  /**
   * Everything committed is on its way (`true`), or the transport takes no more now.
   * @throws the stream's error, also when nothing is left to send: what was sent may not have arrived; `ERR_CAMIO_CLOSED`
   */
  abstract tryFlush(): boolean

  /** Tells the other side that no more will come. Everything committed was flushed before. */
  protected abstract endWrite(): void | Promise<void>
  /**
   * Gives every descriptor, mapping and thread back. With `discard` the other side gets a reset where the transport has one.
   * Must not throw; called once. A layer may reject with what was lost beside the stream, unless `discard`.
   */
  protected abstract destroy(discard: boolean): void | Promise<void>

  // ------------------------------------------------------------------------------------------------ closing

  /**
   * Delivers what was committed, for `linger` at most, gives everything back and wakes whoever waits with `ERR_CAMIO_CLOSED`.
   * Nothing more can be written from this call on. Idempotent.
   * @throws an error of earlier writes that the program has not seen, `ERR_CAMIO_TIMEOUT` when `linger` ran out
   */
  close(options?: CloseOptions): Promise<void> {
    if (options?.discard) {
      this.discarded = true
      this.hurry?.abort()
    }
    this.closing ??= this.closeOnce()
    return this.closing
  }

  private async closeOnce(): Promise<void> {
    this.noWrite = true
    this.lingerEnd = performance.now() + this.limits.lingerMs
    const told = this.knowsError()
    const lost = this.discarded ? null : await this.deliverRest()
    const destroyed = this.destroy(this.discarded || lost !== null)
    this.wakeAll()
    try {
      await destroyed
    } finally {
      if (this.wrapper === null) streamClosed(this)
    }
    if (lost !== null && !told && !this.discarded) throw lost
  }

  protected override wakeAll(): void {
    this.noRead = true
    super.wakeAll()
  }

  /** Driver: what `close()` has left of `linger`, in milliseconds, for a transport that goes on delivering in `destroy`. */
  protected lingerLeft(): number {
    return Math.max(0, this.lingerEnd - performance.now())
  }

  /** Driver: was anything committed, ever? */
  protected get hasWritten(): boolean {
    return this.stats.counters[WRITE + Counter.messages]! > 0
  }

  /** @returns why committed data could not be delivered, or `null` */
  private async deliverRest(): Promise<unknown> {
    if (!this.hasWritten) return null
    try {
      if (!this.tryFlush()) await this.deliverSlowly()
      return null
    } catch (error) {
      if (isCamioError(error)) return error
      const message = `${this.uri}: closed after linger=${this.limits.lingerMs}ms with committed data not delivered`
      return new CamioError('ERR_CAMIO_TIMEOUT', message, { uri: this.uri })
    }
  }

  /** Rejects with an `AbortError` when the time ran out or the program wants to wait no longer. */
  private async deliverSlowly(): Promise<void> {
    const hurry = new AbortController()
    const timer = setTimeout(() => hurry.abort(), this.limits.lingerMs)
    this.hurry = hurry
    try {
      await this.flushSlowly({ signal: hurry.signal })
    } finally {
      clearTimeout(timer)
    }
  }

  protected async flushSlowly(options?: WaitOptions): Promise<void> {
    do await waitFor(this, Interest.DRAIN, options, this.waitStrategy)
    while (!this.tryFlush())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  // ------------------------------------------------------------------------------------------------ failing

  /** Driver: breaks the stream. Readers get `error` after everything received before it, writers at once. The first stays. */
  fail(error: CamioError): void {
    if (this.error !== null || this.closed) return
    this.error = error
    this.noWrite = true
    streamFailed(this.outermost(), error)
    this.wake(Interest.READ)
    this.wake(Interest.WRITE)
    this.wake(Interest.DRAIN)
  }

  /** Driver: `error` as it is thrown at the program, which has then seen it. */
  protected tell(error: CamioError): CamioError {
    this.errorSeen = true
    return error
  }

  /** Has the program been told what broke this stream, or one that it wraps? */
  knowsError(): boolean {
    return this.errorSeen
  }

  /** Puts back what `knowsError` said before somebody only looked, or flushed in the background. */
  wasTold(told: boolean): void {
    this.errorSeen = told
  }

  /** What the program knows of this stream, or shall know: the last layer around it. */
  outermost(): Endpoint {
    return this.wrapper?.outermost() ?? this
  }

  // ------------------------------------------------------------------------------------------------ flushing by itself

  /** Driver: may a flush have anything to do? Most of those in the background follow one that the program asked for. */
  get hasUnsent(): boolean {
    return true
  }

  /** Driver: call after a commit, so that the data leaves at the end of this turn. */
  protected scheduleFlush(): void {
    if (!this.corked) cork(this)
  }

  /** See {@link Corked}: errors stay in `error` and appear at the program's next call. */
  flushInBackground(): void {
    if (this.closed || !this.hasUnsent) return
    const told = this.knowsError()
    try {
      if (!this.tryFlush()) this.drainInBackground()
    } catch (error) {
      if (!isCamioError(error)) throw error
      this.wasTold(told)
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

  // ------------------------------------------------------------------------------------------------ checks

  /** Driver: throws what forbids reading, besides the stream's error, which comes after the data. */
  protected checkReadable(): void {
    if (this.noRead) throw this.whyNoRead()
  }

  private whyNoRead(): CamioError {
    if (this.closed) return closedError(this)
    return this.misuse('ERR_CAMIO_NOT_READABLE', 'was not opened for reading')
  }

  /** Driver: throws what forbids writing. */
  protected checkWritable(): void {
    if (this.noWrite) throw this.whyNoWrite()
  }

  private whyNoWrite(): CamioError {
    if (this.closing !== null) return closedError(this)
    if (this.error !== null) return this.tell(this.error)
    if (!this.features.writable) return this.misuse('ERR_CAMIO_NOT_WRITABLE', 'was not opened for writing')
    return this.misuse('ERR_CAMIO_ENDED', 'was ended: nothing can be written after end()')
  }

  /** Driver: throws what `tryFlush` throws before it looks at the transport. */
  protected checkFlush(): void {
    if (this.closed) throw closedError(this)
    if (this.error !== null) throw this.tell(this.error)
  }

  /** Driver: will a write throw instead of answering "not now"? Then `writable()` must not wait. */
  protected get writeForbidden(): boolean {
    return this.noWrite
  }

  protected setWriteEnded(ended: boolean): void {
    this.writeEnded = ended
    this.noWrite = ended || this.error !== null || this.closing !== null
  }

  /**
   * Driver of a byte stream: may `consumed` bytes of a lease of `lent` (negative: none is out) be released?
   * @returns `false` where the stream is closed and nothing is out: there is nothing to do @throws `ERR_CAMIO_MISUSE`
   */
  protected checkRelease(lent: number, consumed: number): boolean {
    if (lent < 0) {
      if (this.closed) return false
      throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    }
    if (consumed >>> 0 === consumed && consumed <= lent) return true
    throw this.misuse('ERR_CAMIO_MISUSE', `lent ${lent} bytes: ${consumed} cannot be released`)
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

  protected unsupported(what: string): CamioError {
    return new CamioError('ERR_CAMIO_UNSUPPORTED', `${this.uri} is not seekable: it has no ${what}`, { uri: this.uri })
  }
}

/** Sends the rest of what was committed in the background as soon as the transport takes it. */
const DRAINER: Waiter = {
  notify(source) {
    ;(source as unknown as Endpoint).drained()
  },
}
