/**
 * Requests out, answers in, over a stream: what a client is built on, and what a hot loop uses itself. Answers come in the order of the
 * requests; there is one implementation for bytes and one for datagrams.
 */
import { CamioError, type CamioErrorCode, isCamioError, type Stream } from '@camio/core'
import { Queue } from './queue.js'
import { Form, type Reply, type ReplyError, type ReplyHandler } from './reply.js'
import { ReplyReader, type ReplySink } from './reply-reader.js'
import type { Request } from './request.js'
import { Watchdog } from './watchdog.js'

export interface ExchangeOptions {
  /** Milliseconds without an answer while one is awaited, after which the connection is over. */
  readonly replyTimeout: number
  /** Requests that may wait for an answer at once. */
  readonly maxPending: number
}

/** `(kind, channel, payload)` and whatever else a server sends out of turn. */
export type PushListener = (items: readonly Reply[]) => void

/** So many rounds of reading without a turn of the event loop, where a server is never at a loss for words. */
const ROUNDS = 64
/** Looks between two looks at the clock, and at what could not be sent at once. */
const LOOKS = 256
/** Looks in vain for one at whether the end has come. */
const VAIN = 8

export abstract class Exchange implements ReplySink {
  /** Why it is over: `ERR_CAMIO_CLOSED` after `close`. */
  error: CamioError | null = null
  onPush: PushListener | null = null
  /** Somebody awaits what comes out of turn: `attend` goes on without requests. */
  listening = false
  /** RESP2 while subscribed: arrays come out of turn, as pushes do in RESP3. */
  arraysArePushes = false

  protected readonly pending = new Queue<ReplyHandler>()
  protected readonly reader = new ReplyReader(this)
  private readonly watchdog: Watchdog
  private attending = false
  private reading = false
  private replies = 0
  /** Looks that found nothing. */
  private vain = 0
  /** Bytes of an answer that is not whole, as they were given back. */
  private rest = 0
  private readonly over: Promise<CamioError>
  private tellOver!: (error: CamioError) => void

  constructor(
    readonly stream: Stream,
    protected readonly options: ExchangeOptions,
  ) {
    this.over = new Promise((resolve) => {
      this.tellOver = resolve
    })
    this.watchdog = new Watchdog(options.replyTimeout, () => this.late())
  }

  /** Requests that wait for an answer. */
  get outstanding(): number {
    return this.pending.length
  }

  /** Resolves when the connection is over, with the reason. */
  get ended(): Promise<CamioError> {
    return this.over
  }

  /**
   * Sends a request without a promise and without waiting. Its answer is read by `poll`, `spin` or `attend`, whichever the program
   * prefers. @returns `false`: not now, and nothing was sent; answers to what is outstanding make room
   * @throws what broke the connection; `ERR_CAMIO_TOO_LARGE` where the request can never be sent so (`send` may)
   */
  abstract trySend(request: Request, handler: ReplyHandler): boolean

  /** Sends a request, or lines it up until there is room, and reads its answer when it comes. Tells errors to `handler`. */
  abstract send(request: Request, handler: ReplyHandler): void

  /** Reads from what came. @returns up to where it was read */
  protected abstract take(bytes: Uint8Array, start: number, end: number): number

  /** Sees to it that answers are read as they come, until none is outstanding. */
  attend(): void {
    if (this.attending || this.error !== null) return
    this.attending = true
    void this.readOn()
  }

  private async readOn(): Promise<void> {
    try {
      for (let round = 1; this.awaited; round++) {
        if (this.poll() === 0) await this.stream.readable()
        if (round % ROUNDS === 0) await new Promise<void>((resolve) => setImmediate(resolve))
      }
    } catch (error) {
      this.fail(this.reasonOf(error))
    } finally {
      this.attending = false
    }
  }

  private get awaited(): boolean {
    return this.error === null && (this.pending.length > 0 || this.listening)
  }

  /**
   * Reads what is at hand and calls the handlers. Never waits.
   * @returns how many answers and pushes came
   * @throws what broke the connection: its handlers have been told, too
   */
  poll(): number {
    if (this.error !== null) throw this.error
    if (this.reading) throw this.problem('ERR_CAMIO_MISUSE', 'a handler cannot poll')
    const before = this.replies
    try {
      this.readLease()
    } catch (error) {
      this.fail(this.reasonOf(error))
      throw isCamioError(error) ? this.error! : error
    }
    return this.replies - before
  }

  private readLease(): void {
    const { stream } = this
    const lease = stream.tryReadPlace()
    if (lease === null) {
      // Asking for the end costs as much as a look, and whoever looks in vain looks again.
      if (++this.vain % VAIN === 0 && stream.ended)
        throw this.problem('ERR_CAMIO_RESET', 'the server ended the connection')
      return
    }
    const { start, end } = lease
    // A rest is offered again with what follows it, or at the end: then nothing will.
    if (end - start === this.rest && this.rest > 0) {
      stream.release(0)
      throw this.problem('ERR_CAMIO_RESET', 'the server ended the connection within an answer')
    }
    this.reading = true
    let used = 0
    try {
      used = this.take(lease.bytes!, start, end) - start
    } finally {
      this.reading = false
      this.rest = end - start - used
      stream.release(used)
    }
    this.watchdog.seen()
  }

  /**
   * Looks again and again until every request that was sent has its answer: neither a promise nor a turn of the event loop, and all of
   * a core meanwhile. For transports that can be looked at without the event loop (`shm:`, `mem:`, `tcp:` and `unix:` with the
   * native engine).
   * @throws what broke the connection; `ERR_CAMIO_TIMEOUT` after `replyTimeout` without an answer; `ERR_CAMIO_UNSUPPORTED`
   */
  spin(): void {
    if (this.stream.features.engine === 'node')
      throw this.problem('ERR_CAMIO_UNSUPPORTED', 'this transport needs the event loop: it cannot be spun on')
    let sent = this.flush()
    let last = 0
    for (let looks = 1; this.pending.length > 0; looks++) {
      if (this.poll() > 0) {
        last = 0
        looks = 0
        sent = this.flush()
      } else if (looks % LOOKS === 0) {
        if (!sent) sent = this.flush()
        last ||= performance.now()
        if (performance.now() - last >= this.options.replyTimeout) this.late()
      }
      if (this.error !== null) throw this.error
    }
  }

  /** @returns whether all is on its way @throws what broke the connection */
  flush(): boolean {
    try {
      return this.stream.tryFlush()
    } catch (error) {
      this.fail(this.reasonOf(error))
      throw this.error ?? error
    }
  }

  /** Ends the connection. What is outstanding gets `ERR_CAMIO_CLOSED`. Idempotent. */
  async close(): Promise<void> {
    this.fail(this.problem('ERR_CAMIO_CLOSED', 'closed'))
    await this.stream.close().catch(() => {})
  }

  // ------------------------------------------------------------------------------------------------ ReplySink

  form(): Form {
    if (this.arraysArePushes) return Form.BYTES
    return this.pending.peek()?.form ?? Form.BYTES
  }

  reply(value: Reply): void {
    if (this.error !== null) return
    this.replies++
    if (this.arraysArePushes && Array.isArray(value) && isPush(value)) this.onPush?.(value)
    else this.next().reply(value)
  }

  place(bytes: Uint8Array, offset: number, length: number): void {
    if (this.error !== null) return
    this.replies++
    this.next().place!(bytes, offset, length)
  }

  push(items: readonly Reply[]): void {
    if (this.error !== null) return
    this.replies++
    this.onPush?.(items)
  }

  errorReply(error: ReplyError): void {
    if (this.error !== null) return
    this.replies++
    this.next().fail(error)
  }

  /** The request that was sent first has its answer (a subscription's comes out of turn). */
  next(): ReplyHandler {
    const handler = this.pending.shift()
    if (handler === undefined) throw this.problem('ERR_CAMIO_CORRUPT', 'an answer to nothing')
    if (this.pending.length === 0) this.watchdog.rest()
    return handler
  }

  // ------------------------------------------------------------------------------------------------ for the two kinds

  protected awaitReply(handler: ReplyHandler): void {
    this.pending.push(handler)
    this.watchdog.watch()
  }

  protected get full(): boolean {
    return this.pending.length >= this.options.maxPending
  }

  protected busy(): CamioError {
    return this.problem('ERR_KV_BUSY', `${this.outstanding} requests wait for an answer: no more are taken`)
  }

  private late(): void {
    const seconds = this.options.replyTimeout / 1000
    this.fail(
      this.problem('ERR_CAMIO_TIMEOUT', `no answer for ${seconds} s, and what comes now would answer another request`),
    )
  }

  /** The connection is over: everybody is told, once. */
  protected fail(error: CamioError): void {
    if (this.error !== null) return
    this.error = error
    this.watchdog.rest()
    this.tellOver(error)
    for (let handler = this.pending.shift(); handler; handler = this.pending.shift()) handler.fail(error)
    if (error.code !== 'ERR_CAMIO_CLOSED') this.stream.close({ discard: true }).catch(() => {})
  }

  protected problem(code: CamioErrorCode, what: string): CamioError {
    const { uri } = this.stream
    return new CamioError(code, `${uri}: ${what}`, { uri })
  }

  /** Anything else than a CamioError is a defect in a handler: the connection cannot go on behind it. */
  protected reasonOf(error: unknown): CamioError {
    if (isCamioError(error)) return error
    return new CamioError('ERR_CAMIO_MISUSE', `${this.stream.uri}: a handler threw`, {
      uri: this.stream.uri,
      cause: error,
    })
  }
}

const PUSHES = new Set(['message', 'pmessage', 'subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe'])

function isPush(items: readonly Reply[]): boolean {
  return Buffer.isBuffer(items[0]) && PUSHES.has(items[0].toString())
}
