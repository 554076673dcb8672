/**
 * A client on a reliable stream. Requests are parsed where they lie, in the lease; the lease is held while replies wait, so that a
 * client that does not read its answers is not read either: it is bounded, and stops nobody.
 */
import type { Stream } from '@camio/core'
import { Assembly } from '../resp/assembly.js'
import { BROKEN, INCOMPLETE, type RequestLimits } from '../resp/request-parser.js'
import { Client } from './client.js'
import type { Held, Service } from './service.js'
import { StreamOutput } from './stream-output.js'

/** What a client is waited for: `null` while it is held, and has said more already. */
export type Watched = 'read' | 'write' | null

const NOTHING: Uint8Array = new Uint8Array(0)

export class StreamClient extends Client implements Held {
  readonly reply: StreamOutput
  readonly listens = true
  private assembly: Assembly | null = null
  /** The lease that is out, and what of it was not served yet. */
  private bytes = NOTHING
  private start = 0
  private at = 0
  private end = 0
  private leased = false
  /** Bytes of a request that is not whole, as they were given back. */
  private rest = 0
  /** Written to in this turn, and in the service's list of those. */
  dirty = false
  /** What the selector looks for. */
  watched: Watched = 'read'
  /** Since when more than the soft limit waits for it; 0: it does not. */
  slowSince = 0
  gone = false

  constructor(
    private readonly service: Service,
    readonly stream: Stream,
    id: number,
    uri: string,
  ) {
    super(id, uri, service.now)
    this.reply = new StreamOutput(stream, service)
  }

  get address(): string {
    const { remote } = this.stream
    return remote === undefined ? this.stream.uri : `${remote.host}:${remote.port}`
  }

  get pending(): number {
    return this.reply.pending
  }

  touched(): void {
    this.service.touch(this)
  }

  /** Something may be there to read, or to write again. */
  serve(): void {
    if (this.gone) return
    if (this.reply.blocked && !this.drain()) {
      if (this.reply.broken) this.service.drop(this)
      // Not for what it says next: it would be looked at again and again.
      else this.service.watch(this, this.reply.held ? null : 'write')
      return
    }
    this.serveRequests()
  }

  private drain(): boolean {
    const { pending } = this.reply
    const sent = this.reply.drain()
    // Whoever reads is not silent.
    if (this.reply.pending < pending) this.heard = this.service.now
    return sent
  }

  get client(): StreamClient {
    return this
  }

  release(): void {
    if (this.gone) return
    if (this.reply.release()) this.hold()
    this.serve()
  }

  abandon(): void {
    this.service.drop(this)
  }

  private hold(): void {
    this.reply.hold()
    this.service.hold(this)
  }

  private serveRequests(): void {
    if (this.leaving) {
      this.settle()
      return
    }
    if (!this.leased && !this.lease()) {
      // Nothing is there, and perhaps nothing will come: whoever was served is looked at again, so that it is asked only here.
      if (this.stream.ended) this.leaving = true
      this.settle()
      return
    }
    this.heard = this.service.now
    let verdict = this.at
    while (!this.reply.blocked && !this.leaving && (verdict = this.next(this.service.limitsOf(this))) >= 0) {
      this.at = verdict
    }
    if (verdict === BROKEN) {
      this.reply.error(`ERR Protocol error: ${this.service.parser.problem}`)
      this.leaving = true
    }
    if (!this.reply.blocked || this.leaving) this.giveBack()
    this.settle()
  }

  /** @returns whether there is a lease */
  private lease(): boolean {
    const place = this.stream.tryReadPlace()
    if (place === null) return false
    this.bytes = place.bytes!
    this.start = this.at = place.start
    this.end = place.end
    this.leased = true
    // Nothing came behind half a request: nothing will.
    if (this.end - this.at === this.rest) this.leaving = true
    this.rest = 0
    return true
  }

  private giveBack(): void {
    this.leased = false
    this.bytes = NOTHING
    this.rest = this.end - this.at
    this.stream.release(this.at - this.start)
  }

  /** One request. @returns where the next one begins, {@link INCOMPLETE} or {@link BROKEN} */
  private next(limits: RequestLimits): number {
    const { service } = this
    const verdict =
      this.assembly === null ? service.parser.parse(this.bytes, this.at, this.end, limits) : this.assemble(limits)
    if (verdict >= 0) {
      if (service.parser.request.count > 0) service.execute(this)
      return verdict
    }
    if (verdict === BROKEN || this.assembly !== null || !Assembly.suits(service.parser, this.at, this.end))
      return verdict
    this.assembly = new Assembly(service.parser)
    this.at = service.parser.at
    return this.next(limits)
  }

  private assemble(limits: RequestLimits): number {
    const assembly = this.assembly!
    const verdict = assembly.feed(this.bytes, this.at, this.end, limits)
    this.at = assembly.at
    if (verdict !== INCOMPLETE) this.assembly = null
    return verdict
  }

  /** The end of this client's turn. */
  settle(): void {
    const { service } = this
    if (service.holding && !this.reply.held) this.hold()
    const sent = this.reply.finish()
    if (this.reply.broken || this.stream.error !== null || this.stream.closed) service.drop(this)
    else if (sent && this.leaving) service.part(this)
    // What was full may have room again by now: then the rest of the lease is next, and of that no reading tells.
    else if (!this.reply.held) service.watch(this, sent && !this.leased ? 'read' : 'write')
  }
}
