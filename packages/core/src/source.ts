/**
 * What streams, listeners and timers share: readiness, and whoever waits for it.
 *
 * Core keeps the waiters and is the only one who arms the driver; a driver answers `ready`, watches while armed and calls
 * `wake`. Waiting is level-triggered: a waiter is told once and looks again.
 */
import { Counter, type StreamStats, WRITE } from './stats.js'
import { Waiters } from './wait/waiters.js'

/** What can be waited for, as bits; each call takes exactly one. */
export const Interest = {
  /** A lease, an accepted stream, the end or an error is there. */
  READ: 1,
  /** The claim that was refused last (or one byte) would be granted, or an error is there. */
  WRITE: 2,
  /** `tryFlush` would get further. Used by core for committed data; programs wait with `flush()`. */
  DRAIN: 4,
} as const

/** Told once, then forgotten: whoever wants to know more watches again. */
export interface Waiter {
  notify(source: Selectable, interest: number): void
}

/** Anything a selector can hold. Structural on purpose: two copies of core interoperate. */
export interface Selectable {
  readonly uri: string
  /** Set once the source is closed; waiting for it is then an error. */
  readonly closed: boolean
  ready(interest: number): boolean
  /** `true`: it holds already and `waiter` was not kept. `false`: `waiter.notify` follows, once. */
  watch(interest: number, waiter: Waiter): boolean
  unwatch(interest: number, waiter: Waiter): void
  close(): Promise<void>
  ref(): this
  unref(): this
}

export abstract class Source implements Selectable {
  abstract readonly uri: string
  closed = false

  private readonly readers = new Waiters<Waiter>()
  private readonly writers = new Waiters<Waiter>()
  private readonly drainers = new Waiters<Waiter>()

  /**
   * Driver: does `interest` hold now - would the next try-call answer something other than "not now"? May look at the
   * transport (a shared index, a non-blocking system call) when nothing is at hand; must neither block nor throw. While a lease
   * is out nothing can be read, so that `READ` does not hold unless the stream is broken or closed; `release` wakes who waits.
   */
  abstract ready(interest: number): boolean

  /**
   * Driver: start to watch for `interest` and call `wake(interest)` when it may hold. Answers `true`, and does not watch, if
   * it holds already when looked at *after* the watch is in place: that closes the race between looking and sleeping.
   * Must neither throw (a stream that cannot watch fails and answers `true`) nor call `wake` before it returns. While armed (and `ref`ed) the source keeps the process alive.
   */
  abstract arm(interest: number): boolean
  /** Driver: stop to watch. Called only for an armed interest. */
  abstract disarm(interest: number): void
  abstract close(): Promise<void>
  abstract ref(): this
  abstract unref(): this

  /** The counters in which wake-ups are counted, where the source has any. */
  declare readonly stats?: StreamStats

  watch(interest: number, waiter: Waiter): boolean {
    if (this.closed || this.ready(interest)) return true
    const waiters = this.waitersFor(interest)
    if (!waiters.add(waiter) || !this.arm(interest)) return false
    // A driver that called `wake` in spite of the rule has told the waiter, who is not there any more.
    return waiters.remove(waiter)
  }

  unwatch(interest: number, waiter: Waiter): void {
    const waiters = this.waitersFor(interest)
    if (waiters.remove(waiter) && !waiters.any && !this.closed) this.disarm(interest)
  }

  /** Driver: `interest` may hold now. The watch that `arm` started is over; spurious calls do no harm. */
  wake(interest: number): void {
    const waiters = this.waitersFor(interest)
    if (!waiters.any) return
    if (this.stats) this.stats.counters[(interest === Interest.READ ? 0 : WRITE) + Counter.wakeUps]! += 1
    const only = waiters.takeOnly()
    if (only !== null) only.notify(this, interest)
    else this.notifyFrom(waiters.takeAll(), 0, interest)
  }

  /** A waiter that throws keeps nobody behind it from being told. */
  private notifyFrom(list: readonly Waiter[], from: number, interest: number): void {
    let at = from
    try {
      while (at < list.length) list[at++]!.notify(this, interest)
    } finally {
      if (at < list.length) this.notifyFrom(list, at, interest)
    }
  }

  /** Is anybody waiting for `interest`? */
  watched(interest: number): boolean {
    return this.waitersFor(interest).any
  }

  /** Marks the source closed and wakes everybody; they find `closed`. */
  protected wakeAll(): void {
    this.closed = true
    this.wake(Interest.READ)
    this.wake(Interest.WRITE)
    this.wake(Interest.DRAIN)
  }

  private waitersFor(interest: number): Waiters<Waiter> {
    return interest === Interest.READ ? this.readers : interest === Interest.WRITE ? this.writers : this.drainers
  }
}
