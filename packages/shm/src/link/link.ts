/** The socket between two ends, once they have met: it wakes, and its end tells that the other side is gone. */
import { Epoll, type Watched } from '@camio/core/spi'
import type { Bell } from '../ring/bell.js'
import type { System } from '../system.js'

export interface LinkOwner {
  /** The other side rang, or is gone: see `link.gone`. */
  rung(): void
}

export class Link implements Watched {
  /** Nobody is at the other end any more. */
  gone = false
  /** It said goodbye here, for want of the memory. */
  saidGoodbye = false
  private open = true
  private owner: LinkOwner | null = null

  constructor(
    private readonly system: System,
    private readonly socket: number,
  ) {}

  /** From now on `owner` is told, and now of what came before. */
  attach(owner: LinkOwner): void {
    this.owner = owner
    this.system.dispatcher.own(this.socket, this)
    // It left while nobody was told.
    if (this.gone) setImmediate(() => this.respond())
  }

  note(events: number): void {
    if ((events & (Epoll.HUP | Epoll.RDHUP | Epoll.ERR)) !== 0) this.gone = true
    // At every event, however many bells it stands for: in a socket full of bells that were looked at already no other is heard.
    if (this.system.binding.clearBells(this.socket, this.gone)) this.saidGoodbye = true
  }

  respond(): void {
    if (this.open) this.owner!.rung()
  }

  /** A bell whose rings are system calls of `counters[index]`. */
  bell(counters: Float64Array, index: number): Bell {
    return {
      ring: () => {
        if (this.gone || !this.open) return
        counters[index]! += 1
        this.system.binding.ring(this.socket)
      },
    }
  }

  /** Says goodbye, where the program has taken the memory away in which that is said else: who lives shall not be taken for dead. */
  sayGoodbye(): void {
    if (this.open && !this.gone) this.system.binding.sayFarewell(this.socket)
  }

  close(): void {
    this.open = false
    this.system.dispatcher.close(this.socket, false)
  }
}
