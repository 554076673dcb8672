/** A name that others can connect to, until it is given back. Guests are let in one after the other, as far as there is room for them. */
import { constants } from 'node:os'
import { type CamioError, fromSystemError, systemError, type Watched } from '@camio/core/spi'
import { parseName } from '../name.js'
import { type System, systemFor } from '../system.js'
import { refusal, type ShmTarget } from '../target.js'
import { Guest, type Host } from './guest.js'
import { Status } from './hello.js'
import { mayConnect } from './peer-policy.js'

const { EAGAIN } = constants.errno

/** How long nobody is let in when that failed, for want of descriptors mostly: who waits stays in the system's queue. */
const REST_MS = 100

export interface DoorHost extends Host {
  /** Is there room for one more? If not, call `knock` when there is. */
  readonly hasRoom: boolean
  /** Nobody can be let in at the moment. */
  failed(error: CamioError): void
  /** One guest less is pending: it was let in or turned away. */
  left?(): void
}

export class Door implements Watched {
  readonly system: System
  readonly uri: string
  private readonly socket: number
  private readonly guests = new Set<Guest>()
  private rest: NodeJS.Timeout | null = null
  private open = true

  /** @throws `ERR_CAMIO_ADDRESS_IN_USE` */
  constructor(
    private readonly target: ShmTarget,
    private readonly host: DoorHost,
  ) {
    this.system = systemFor(target.uri)
    const { socket, uri } = parseName(target.address, target.uri)
    this.uri = uri
    this.socket = this.bind(socket)
    this.system.dispatcher.own(this.socket, this)
  }

  private bind(name: string): number {
    const { binding, dispatcher } = this.system
    try {
      return dispatcher.opened(binding.listen(name, this.target.options.backlog))
    } catch (error) {
      if ((error as { code?: string }).code !== 'EADDRINUSE') throw error
      throw refusal('ERR_CAMIO_ADDRESS_IN_USE', this.target, 'somebody has that name already')
    }
  }

  /** How many are being let in. */
  get pending(): number {
    return this.guests.size
  }

  note(): void {}

  respond(): void {
    this.knock()
  }

  /** Lets in who waits outside. */
  knock(): void {
    while (this.open && this.rest === null && this.host.hasRoom) {
      const socket = this.system.binding.accept(this.socket)
      if (socket === -EAGAIN) return
      if (socket < 0) this.refuse(socket)
      else this.letIn(this.system.dispatcher.opened(socket))
    }
  }

  private letIn(socket: number): void {
    const guest = new Guest(this.system, socket, this.host, (gone) => this.left(gone))
    this.guests.add(guest)
    if (mayConnect(this.system, this.target, socket)) guest.greet()
    else guest.turnAway(Status.DENIED)
  }

  /** It was let in or turned away. */
  private left(guest: Guest): void {
    const full = !this.host.hasRoom
    this.guests.delete(guest)
    // Not at once: whoever lets it in has not counted it yet.
    setImmediate(() => {
      if (full) this.knock()
      if (this.open) this.host.left?.()
    })
  }

  private refuse(status: number): void {
    this.host.failed(fromSystemError(systemError(status, 'accept4'), this.uri, 'cannot accept at'))
    this.rest = setTimeout(() => {
      this.rest = null
      this.knock()
    }, REST_MS).unref()
  }

  /** Gives the name back, and turns away who was not let in yet. */
  close(): void {
    if (!this.open) return
    this.open = false
    if (this.rest !== null) clearTimeout(this.rest)
    this.system.dispatcher.close(this.socket, false)
    for (const guest of [...this.guests]) guest.turnAway(null)
  }
}
