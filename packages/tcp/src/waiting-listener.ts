/** What the listeners of both engines share: the process lives while somebody waits for a stream, and only then. */
import { Interest, KeepAlive, Listener } from '@camio/core/spi'

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
