/**
 * Requests and answers over datagrams, of which some may be lost, doubled or late. The protocol numbers nothing, so a tag goes along: each
 * datagram is `ECHO <tag>` and the request, the answers to both come in one datagram, and one with another tag answers
 * something else. One request is on its way at a time; there is no second try, for nobody knows whether the first was carried out.
 */
import { Exchange } from './exchange.js'
import { Queue } from './queue.js'
import { Form, type Reply, type ReplyHandler } from './reply.js'
import { type Request, requestBound, writeRequest } from './request.js'

const MINUS = 45
const LF = 10

interface Lined {
  readonly request: Request
  readonly handler: ReplyHandler
}

export class Datagrams extends Exchange {
  /** Datagrams that answered nothing that is awaited. */
  strays = 0
  private readonly lined = new Queue<Lined>()
  private tags = Math.floor(Math.random() * 2 ** 31)
  /** How the awaited datagram begins: the answer to the tag's ECHO. */
  private expected: Buffer = Buffer.alloc(0)

  trySend(request: Request, handler: ReplyHandler): boolean {
    if (this.error !== null) throw this.error
    if (this.pending.length > 0) return false
    const tag = (this.tags = (this.tags + 1) >>> 0).toString(36)
    const echo = ['ECHO', tag]
    const { stream } = this
    const at = stream.tryClaimAt(requestBound(echo) + requestBound(request))
    if (at < 0) return false
    stream.commit(writeRequest(request, stream.claimBytes, writeRequest(echo, stream.claimBytes, at)) - at)
    this.expected = Buffer.from(`$${tag.length}\r\n${tag}\r\n`)
    this.awaitReply(handler)
    return true
  }

  send(request: Request, handler: ReplyHandler): void {
    if (this.error !== null) handler.fail(this.error)
    else if (this.lined.length >= this.options.maxPending) handler.fail(this.busy())
    else {
      this.lined.push({ request, handler })
      this.sendNext()
    }
  }

  override get outstanding(): number {
    return this.pending.length + this.lined.length
  }

  /** The next one of the line, if none is on its way. */
  private sendNext(): void {
    while (this.pending.length === 0 && this.error === null) {
      const next = this.lined.peek()
      if (next === undefined) return
      try {
        if (!this.trySend(next.request, next.handler)) {
          this.sendLater()
          return
        }
      } catch (error) {
        // Too large for a datagram, mostly: the others may go.
        next.handler.fail(this.reasonOf(error))
      }
      this.lined.shift()
    }
    this.attend()
  }

  private sendLater(): void {
    this.stream.writable().then(
      () => this.sendNext(),
      (error: unknown) => this.fail(this.reasonOf(error)),
    )
  }

  protected take(bytes: Uint8Array, start: number, end: number): number {
    const answer = this.startOfAnswer(bytes, start, end)
    if (answer < 0) this.strays++
    else if (this.reader.read(bytes, answer, end) < end || !this.reader.idle)
      throw this.problem('ERR_CAMIO_CORRUPT', 'a datagram that ends within an answer')
    return end
  }

  /** Where the request's own answer begins; -1: it is none to what is awaited. */
  private startOfAnswer(bytes: Uint8Array, start: number, end: number): number {
    const { expected } = this
    if (this.pending.length === 0 || start === end) return -1
    // ECHO was refused, as the request will be: not authenticated, or no datagram can hold the answer.
    if (bytes[start] === MINUS) return afterRefusal(bytes, start, end)
    const answer = start + expected.length
    return answer <= end && expected.equals(bytes.subarray(start, answer)) ? answer : -1
  }

  override next(): ReplyHandler {
    const handler = super.next()
    this.expected = Buffer.alloc(0)
    if (this.lined.length > 0) queueMicrotask(() => this.sendNext())
    return handler
  }

  override push(_items: readonly Reply[]): void {
    this.strays++
  }

  override form(): Form {
    return this.pending.peek()?.form ?? Form.BYTES
  }

  protected override fail(...args: Parameters<Exchange['fail']>): void {
    super.fail(...args)
    for (let next = this.lined.shift(); next; next = this.lined.shift()) next.handler.fail(args[0])
  }
}

/** Where the second line begins; if there is none, the first one is the answer. */
function afterRefusal(bytes: Uint8Array, start: number, end: number): number {
  const next = bytes.indexOf(LF, start) + 1
  return next > start && next < end ? next : start
}
