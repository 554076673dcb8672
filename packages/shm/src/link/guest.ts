/** Somebody who has connected to a name, until what it wants is known and answered. */
import { constants } from 'node:os'
import { type Advert, type CamioError, Epoll, fromSystemError, systemError, type Watched } from '@camio/core/spi'
import { NO_MEMORY } from '../binding.js'
import { type Region, Unusable } from '../ring/region.js'
import type { System } from '../system.js'
import { lendAdvert } from './advert.js'
import { decodeHello, encodeHello, type Hello, helloRoom, Kind, type Said, Status } from './hello.js'
import { Link } from './link.js'
import { ANY, packToken, sameToken } from './token.js'

const { EAGAIN, EMFILE } = constants.errno

/** How long a guest may take to say what it wants: it says so at once, or never. */
const PATIENCE_MS = 5000

export interface Host {
  /** How it shares its name, a bit of `Kind`. */
  readonly kind: number
  /** What it has in common with other listeners; named rings have none. */
  readonly advert?: Advert | null
  /** A guest wants something that can be had here: welcome it, or turn it away. */
  admit(guest: Guest, hello: Hello): void
  /** Nobody can be let in at the moment. */
  failed(error: CamioError): void
}

export class Guest implements Watched {
  private readonly timer: NodeJS.Timeout
  private noted = 0
  private settled = false

  constructor(
    readonly system: System,
    readonly socket: number,
    /** As bound. */
    private readonly uri: string,
    private readonly host: Host,
    private readonly left: (guest: Guest) => void,
  ) {
    this.timer = setTimeout(() => this.turnAway(null), PATIENCE_MS).unref()
  }

  /** Listens to it. Not in the constructor: it may be over before that returns. */
  greet(): void {
    this.system.dispatcher.own(this.socket, this)
    this.respond()
  }

  note(events: number): void {
    this.noted |= events
  }

  respond(): void {
    if (this.settled) return
    const words = helloRoom()
    const got = this.system.binding.receiveHello(this.socket, words)
    if (got === 1) this.answer(words)
    else if (got === -EMFILE) this.cannot(systemError(got, 'recvmsg'))
    else if (got !== -EAGAIN) this.turnAway(null)
  }

  private answer(words: Int32Array): void {
    const hello = decodeHello(words)
    if ('stranger' in hello) this.turnAway(null, words.at(-1))
    else if ('version' in hello) this.turnAway(Status.VERSION, words.at(-1))
    else if (hello.kind === Kind.ADVERT) this.introduce(hello.memory)
    else if (!this.isExpected(hello)) this.turnAway(Status.OTHER, hello.memory)
    else if ((hello.kind & this.host.kind) === 0) this.turnAway(Status.KIND, hello.memory)
    else this.host.admit(this, hello)
  }

  /** It may have been told of another listener than has the name now. */
  private isExpected({ token }: Hello): boolean {
    const { advert } = this.host
    return sameToken(token, ANY) || (advert != null && sameToken(token, packToken(advert.token)))
  }

  /** It asks who has the name, and goes. @param memory what it lent */
  private introduce(memory: number): void {
    const { system, host } = this
    if (memory !== NO_MEMORY) system.binding.releaseMemory(memory)
    try {
      const advert = host.advert == null ? null : lendAdvert(system, host.advert)
      const said: Said = { ...refusal(Status.OK, Kind.ADVERT), length: advert?.length ?? 0 }
      system.binding.sendHello(this.socket, encodeHello(said), advert?.memory ?? NO_MEMORY)
      advert?.release()
      this.turnAway(null)
    } catch (error) {
      this.cannot(error)
    }
  }

  /** Lends it a memory. @returns the link to it, or `null`: it has gone already, and everything of it was given back */
  welcome(reply: Omit<Said, 'length' | 'status'>, lent: Region | null): Link | null {
    const length = lent?.length ?? 0
    const words = encodeHello({ ...reply, status: Status.OK, length })
    const sent = this.system.binding.sendHello(this.socket, words, lent?.memory ?? NO_MEMORY)
    if (sent !== 0) {
      this.turnAway(null)
      return null
    }
    this.settle()
    this.system.dispatcher.disown(this.socket, this.noted & (Epoll.HUP | Epoll.RDHUP | Epoll.ERR))
    return new Link(this.system, this.socket)
  }

  /** It cannot be let in: what it lends is unusable, or we lack the means, which the program is told. @param memory what it lent */
  cannot(error: unknown, memory: number | undefined = NO_MEMORY): void {
    this.turnAway(Status.FAILED, memory)
    if (!(error instanceof Unusable)) this.host.failed(fromSystemError(error, this.uri, 'cannot let anybody in at'))
  }

  /** @param status what it is told; `null`: nothing @param memory what it lent */
  turnAway(status: number | null, memory: number | undefined = NO_MEMORY): void {
    if (this.settled) return
    this.settle()
    const { binding, dispatcher } = this.system
    if (memory !== NO_MEMORY) binding.releaseMemory(memory)
    if (status !== null) binding.sendHello(this.socket, encodeHello(refusal(status, this.host.kind)), NO_MEMORY)
    dispatcher.close(this.socket, true)
  }

  private settle(): void {
    this.settled = true
    clearTimeout(this.timer)
    this.left(this)
  }
}

function refusal(status: number, kind: number): Said {
  return { status, kind, reads: false, writes: false, length: 0, position: 0, sequence: 0 }
}
