/** A client that sends datagrams: whole requests in each, and all their answers in one that goes back. */
import type { Stream } from '@camio/core'
import { BROKEN, INCOMPLETE } from '../resp/request-parser.js'
import { Client } from './client.js'
import { DatagramOutput } from './datagram-output.js'
import type { Service } from './service.js'

/** Datagrams that are answered in one go, before others have their turn. */
const BATCH = 64
/** Bytes of answers that may wait until they are durable, of all clients: others are lost, as datagrams may be. */
const MOST_HELD = 16 * 1024 * 1024

export class DatagramClient extends Client {
  readonly reply: DatagramOutput
  readonly listens = false
  readonly pending = 0
  gone = false

  constructor(
    private readonly service: Service,
    readonly stream: Stream,
    id: number,
    uri: string,
  ) {
    super(id, uri, service.now)
    this.reply = new DatagramOutput(stream)
  }

  get address(): string {
    const { remote } = this.stream
    return remote === undefined ? this.stream.uri : `${remote.host}:${remote.port}`
  }

  touched(): void {}

  serve(): void {
    if (this.gone) return
    this.stream.readBatch(this.answer, BATCH)
    if (this.stream.ended) this.service.part(this)
  }

  private readonly answer = (bytes: Uint8Array, offset: number, length: number): void | false => {
    this.heard = this.service.now
    this.leaving = false
    this.serveAll(bytes, offset, offset + length)
    this.answered(this.reply.take())
  }

  private answered(answer: Uint8Array): void {
    if (answer.length === 0) return
    if (!this.service.holding) {
      this.send(answer)
      return
    }
    if (this.service.heldBytes + answer.length > MOST_HELD) return
    const kept = answer.slice()
    this.service.heldBytes += kept.length
    this.service.hold({
      client: this,
      release: () => {
        this.service.heldBytes -= kept.length
        this.send(kept)
      },
      abandon: () => {
        this.service.heldBytes -= kept.length
      },
    })
  }

  /** What the transport does not take now is lost, as datagrams may be. */
  private send(answer: Uint8Array): void {
    if (!this.gone) this.stream.tryWrite(answer)
  }

  private serveAll(bytes: Uint8Array, from: number, end: number): void {
    const { service } = this
    for (let at = from; at < end && !this.leaving; ) {
      const verdict = service.parser.parse(bytes, at, end, service.limitsOf(this))
      if (verdict === INCOMPLETE) {
        this.reply.error('ERR Protocol error: a request must be whole in its datagram')
        return
      }
      if (verdict === BROKEN) {
        this.reply.error(`ERR Protocol error: ${service.parser.problem}`)
        return
      }
      if (service.parser.request.count > 0) service.execute(this)
      at = verdict
    }
  }
}
