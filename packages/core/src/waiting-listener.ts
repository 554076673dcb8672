/** A listener without a handle of the event loop: the process lives while somebody waits for a stream, and only then. */
import { Listener } from './listener.js'
import { Interest } from './source.js'
import { KeepAlive } from './wait/keep-alive.js'

export abstract class WaitingListener extends Listener {
  protected readonly keepAlive = new KeepAlive()

  /** Somebody may be accepted, or an error be told: wakes who waits. */
  protected respond(): void {
    if (this.keepAlive.remove(Interest.READ)) this.wake(Interest.READ)
  }

  arm(): boolean {
    this.keepAlive.add(Interest.READ)
    return false
  }

  disarm(): void {
    this.keepAlive.remove(Interest.READ)
  }

  ref(): this {
    this.keepAlive.ref()
    return this
  }

  unref(): this {
    this.keepAlive.unref()
    return this
  }
}
