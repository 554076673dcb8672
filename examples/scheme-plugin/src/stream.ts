/** A WebSocket as a stream of messages. */
import type { Socket } from 'node:net'
import { type Address, CamioError, Counter, Interest, KeepAlive, type StreamInit, WRITE } from '@camio/core/spi'
import type { WebSocket } from 'ws'
import { Code, whyClosed } from './codes.js'
import { failure } from './failure.js'
import { farewell } from './farewell.js'
import { END } from './half-close.js'
import { Outbox } from './outbox.js'
import { WsReader } from './reader.js'
import { Slab } from './slab.js'

/** A connection that is open and paused: nothing has been read from it yet. */
export interface Connection {
  readonly ws: WebSocket
  readonly socket: Socket
  /** Do both ends know how to end one direction? */
  readonly halfCloses: boolean
}

export interface Settings {
  /** Bytes that may wait, each way. */
  readonly queue: number
  readonly text: boolean
}

const NONE = -1

export class WsStream extends WsReader {
  readonly maxClaim: number

  private readonly ws: WebSocket
  private readonly socket: Socket
  private readonly queue: number
  private readonly outbox: Outbox
  private readonly slab = new Slab()
  private readonly watching = new KeepAlive()
  private readonly address: Address | undefined
  /** Resolves when the socket is closed. */
  private readonly gone: Promise<void>
  private readonly halfCloses: boolean
  private claimed = NONE
  /** `writable()` waits for room for so much: the length that was refused last, or one byte. */
  private mark = 1
  private paused = false
  /** Something that was committed did not leave. */
  private lost = false

  constructor(init: StreamInit, { ws, socket, halfCloses }: Connection, { queue, text }: Settings) {
    super(init)
    this.maxClaim = init.limits.maxMessage
    this.ws = ws
    this.socket = socket
    this.queue = queue
    this.halfCloses = halfCloses
    this.outbox = new Outbox(ws, socket, queue, !text, (error) => this.sent(error))
    const { remoteAddress: host, remotePort: port } = socket
    this.address = host !== undefined && port !== undefined ? { host, port } : undefined
    this.gone = new Promise((resolve) => ws.once('close', () => resolve()))
    // Whoever waits keeps the process alive; the socket by itself does not.
    socket.unref()
    ws.on('error', (error) => this.fail(failure(error, this.uri, 'lost')))
    ws.on('close', (code, reason) => this.vanished(code, reason.toString()))
    ws.on('message', (data, isBinary) => this.received(data as Buffer, isBinary))
    ws.resume()
  }

  // ---------------------------------------------------------------------------------------------------- events

  private received(message: Buffer, isBinary: boolean): void {
    if (this.closed || this.peerEnded) return
    if (!isBinary && this.halfCloses) this.control(message)
    else this.delivered(message)
  }

  private delivered(message: Buffer): void {
    this.inbox.push(message)
    if (!this.paused && this.inbox.weight >= this.queue) {
      this.paused = true
      this.ws.pause()
    }
    this.wake(Interest.READ)
  }

  private control(message: Buffer): void {
    if (message.equals(END)) {
      this.endSeen()
      return
    }
    this.fail(new CamioError('ERR_CAMIO_FRAME', `${this.uri}: an unknown text message came`, { uri: this.uri }))
    this.ws.close(1002)
  }

  private endSeen(): void {
    this.peerEnded = true
    this.wake(Interest.READ)
  }

  /** The connection is over. */
  private vanished(code: number, reason: string): void {
    const why = whyClosed(code, reason, this.uri)
    if (why !== null) this.fail(why)
    else if (this.lost || !this.outbox.empty) this.reset()
    this.endSeen()
    this.wake(Interest.WRITE)
    this.wake(Interest.DRAIN)
  }

  private sent(error: Error | null | undefined): void {
    if (error) this.notSent()
    if (this.outbox.empty) this.wake(Interest.DRAIN)
    if (this.ready(Interest.WRITE)) this.wake(Interest.WRITE)
  }

  /** Why, is known when the connection is over. */
  private notSent(): void {
    this.lost = true
    if (this.ws.readyState === this.ws.CLOSED) this.reset()
  }

  private reset(): void {
    this.fail(new CamioError('ERR_CAMIO_RESET', `${this.uri}: the other end closed the stream`, { uri: this.uri }))
  }

  override get remote(): Address | undefined {
    return this.address
  }

  // ---------------------------------------------------------------------------------------------------- writing

  tryClaim(length: number): Uint8Array | null {
    const offset = this.tryClaimAt(length)
    return offset === NONE ? null : this.claimBytes.subarray(offset, offset + length)
  }

  override tryClaimAt(length: number): number {
    this.checkWritable()
    if (this.claimed !== NONE) {
      throw this.misuse('ERR_CAMIO_MISUSE', 'has a claim out: commit or cancel it before the next one')
    }
    if (length >>> 0 !== length || length > this.maxClaim) throw this.badClaim(length)
    if (!this.outbox.open) throw this.broken()
    if (!this.outbox.fits(length)) return this.refuse(length)
    const offset = this.slab.room(length)
    this.claimed = length
    this.claimBytes = this.slab.bytes
    return offset
  }

  private refuse(length: number): -1 {
    this.mark = length
    this.stats.counters[WRITE + Counter.backpressure]! += 1
    // What waits in the cork can only make room once it is on its way.
    this.uncork()
    return NONE
  }

  /** The peer said farewell: nobody reads what is written any more. */
  private broken(): CamioError {
    this.reset()
    return this.tell(this.error!)
  }

  commit(length = this.claimed): void {
    const { claimed } = this
    if (claimed === NONE) {
      this.checkClaim('commit')
      return
    }
    if (length >>> 0 !== length || length > claimed) {
      throw this.misuse('ERR_CAMIO_MISUSE', `claimed ${claimed} bytes: ${length} cannot be committed`)
    }
    this.claimed = NONE
    this.mark = 1
    const { counters } = this.stats
    counters[WRITE + Counter.messages]! += 1
    counters[WRITE + Counter.bytes]! += length
    counters[WRITE + Counter.copies]! += this.features.copies.write
    this.outbox.send(this.slab.take(length))
    this.scheduleFlush()
  }

  cancel(): void {
    if (this.claimed === NONE) this.checkClaim('cancel')
    this.claimed = NONE
  }

  /** Without a claim: nothing to say on a closed stream, a mistake otherwise. */
  private checkClaim(what: string): void {
    if (!this.closed) throw this.misuse('ERR_CAMIO_MISUSE', `has no claim to ${what}`)
  }

  tryFlush(): boolean {
    this.checkFlush()
    this.uncork()
    return this.outbox.empty
  }

  private uncork(): void {
    if (this.outbox.flush()) this.stats.counters[WRITE + Counter.systemCalls]! += 1
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (this.closed || this.error !== null) return true
    if (interest === Interest.READ) return this.lent === 0 && (this.inbox.count > 0 || this.peerEnded)
    if (interest === Interest.DRAIN) return this.outbox.empty
    return this.writeForbidden || !this.outbox.open || this.outbox.fits(this.mark)
  }

  /** Events come in later turns only: nothing can have happened between core's look at `ready` and here. */
  arm(interest: number): boolean {
    if (interest !== Interest.READ) this.uncork()
    this.watching.add(interest)
    return false
  }

  disarm(interest: number): void {
    this.watching.remove(interest)
  }

  override wake(interest: number): void {
    if (this.watching.remove(interest)) super.wake(interest)
  }

  protected released(): void {
    if (this.paused && this.inbox.weight <= this.queue / 2) {
      this.paused = false
      this.ws.resume()
    }
    if (this.ready(Interest.READ)) this.wake(Interest.READ)
  }

  ref(): this {
    this.watching.ref()
    return this
  }

  unref(): this {
    this.watching.unref()
    return this
  }

  // ---------------------------------------------------------------------------------------------------- the end

  /** To a peer that is not one of ours only the end of both directions can be told. */
  protected endWrite(): void {
    if (!this.outbox.open) return
    if (this.halfCloses) this.outbox.sendText(END)
    else this.ws.close(Code.NORMAL)
  }

  protected async destroy(discard: boolean): Promise<void> {
    const { ws, socket } = this
    const unread = this.inbox.count > this.lent
    this.inbox.clear()
    this.lent = 0
    this.claimed = NONE
    this.outbox.flush()
    if (!discard && this.error === null && ws.readyState !== ws.CLOSED)
      await farewell(ws, socket, unread ? Code.UNREAD : Code.NORMAL, this.lingerLeft())
    ws.terminate()
    await this.gone
  }
}
