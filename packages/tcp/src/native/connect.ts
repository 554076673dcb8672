/** One attempt to connect, until the system has decided. */

import { Epoll, Interest, KeepAlive, systemError, type Watched } from '@camio/core/spi'
import type { NativeSockets } from './binding.js'

/**
 * @param slot of a socket that is connecting
 * @returns the slot, which nobody owns yet; rejects with the system's error or the signal's reason, the socket closed
 */
export function connection(sockets: NativeSockets, slot: number, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => new Connecting(sockets, slot, signal, resolve, reject))
}

class Connecting implements Watched {
  private events = 0
  private readonly keepAlive = new KeepAlive()

  constructor(
    private readonly sockets: NativeSockets,
    private readonly slot: number,
    private readonly signal: AbortSignal,
    private readonly resolve: (slot: number) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    this.keepAlive.add(Interest.WRITE)
    signal.addEventListener('abort', this)
    sockets.dispatcher.own(slot, this)
  }

  note(events: number): void {
    this.events |= events
  }

  respond(): void {
    if ((this.events & (Epoll.OUT | Epoll.ERR | Epoll.HUP)) === 0) return
    const error = this.sockets.binding.connected(this.slot)
    if (error !== 0) this.fail(systemError(error, 'connect'))
    else this.succeed()
  }

  /** The abort event: an object with this method is a listener without a closure. */
  handleEvent(): void {
    this.fail(this.signal.reason)
  }

  private succeed(): void {
    this.settle()
    this.sockets.dispatcher.disown(this.slot, this.events)
    this.resolve(this.slot)
  }

  private fail(reason: unknown): void {
    this.settle()
    this.sockets.dispatcher.close(this.slot, false)
    this.reject(reason)
  }

  private settle(): void {
    this.keepAlive.clear()
    this.signal.removeEventListener('abort', this)
  }
}
