/**
 * Times at which a stream is worth another look, one for each interest. They keep the process alive while it is `ref`ed, and are
 * looked at when a program polls, too: such a program gives no timer a turn.
 */
import { addPoller, removePoller } from '@camio/core/spi'

/** The longest time that a timer of Node takes. */
const FOREVER = 2 ** 31 - 1

interface Alarm {
  readonly timer: NodeJS.Timeout
  readonly at: number
}

export class Alarms {
  private readonly alarms = new Map<number, Alarm>()
  private referenced = true

  constructor(private readonly ring: (interest: number) => void) {}

  /** Rings once, in so many milliseconds or a little later. */
  set(interest: number, milliseconds = FOREVER): void {
    this.clear(interest)
    const wait = Math.min(Math.ceil(milliseconds), FOREVER)
    const timer = setTimeout(() => this.goOff(interest), wait)
    if (!this.referenced) timer.unref()
    this.alarms.set(interest, { timer, at: performance.now() + milliseconds })
    addPoller(this.poll)
  }

  clear(interest: number): void {
    const alarm = this.alarms.get(interest)
    if (alarm === undefined) return
    clearTimeout(alarm.timer)
    this.alarms.delete(interest)
    if (this.alarms.size === 0) removePoller(this.poll)
  }

  clearAll(): void {
    for (const interest of [...this.alarms.keys()]) this.clear(interest)
  }

  private readonly poll = (): void => {
    const now = performance.now()
    for (const [interest, { at }] of this.alarms) if (at <= now) this.goOff(interest)
  }

  private goOff(interest: number): void {
    this.clear(interest)
    this.ring(interest)
  }

  ref(): void {
    this.referenced = true
    for (const { timer } of this.alarms.values()) timer.ref()
  }

  unref(): void {
    this.referenced = false
    for (const { timer } of this.alarms.values()) timer.unref()
  }
}
