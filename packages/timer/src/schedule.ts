/**
 * Everybody in this thread who waits for a moment: a heap by time, one timer of Node's for the earliest, and one poller, so that
 * programs that spin (`Selector.poll()`, `wait=spin`) see ticks as exactly as they look. Ten thousand timers cost a look no more
 * than one.
 */
import { addPoller, removePoller } from '@camio/core/spi'

export interface Sleeper {
  /** Milliseconds of `performance.now()`; must not change while it is in the schedule. */
  readonly due: number
  /** Where it stands in the heap; -1: nowhere. Kept by the schedule. */
  place: number
  /** It is time. May sleep again. */
  rang(): void
}

/** The longest time that a timer of Node takes. */
const FOREVER = 2 ** 31 - 1

export class Schedule {
  private readonly heap: Sleeper[] = []
  private timeout: NodeJS.Timeout | undefined
  /** What `timeout` waits for. */
  private aim = Infinity

  add(sleeper: Sleeper): void {
    if (this.heap.length === 0) addPoller(this.look)
    this.heap.push(sleeper)
    this.rise(sleeper, this.heap.length - 1)
    this.setTimeout()
  }

  remove(sleeper: Sleeper): void {
    if (sleeper.place < 0) return
    this.takeOut(sleeper.place)
    this.setTimeout()
  }

  /** Rings everybody whose time has come. */
  private readonly look = (): void => {
    const now = performance.now()
    const { heap } = this
    // What rings in this look and sleeps again has a later time, or its turn comes with the next look.
    for (let left = heap.length; left > 0 && heap[0]!.due <= now; left--) this.takeOut(0).rang()
    this.setTimeout()
  }

  private readonly timedOut = (): void => {
    this.aim = Infinity
    this.look()
  }

  private setTimeout(): void {
    const next = this.heap[0]?.due ?? Infinity
    if (this.heap.length === 0) removePoller(this.look)
    if (next === this.aim) return
    clearTimeout(this.timeout)
    this.aim = next
    if (next === Infinity) return
    const delay = Math.min(Math.max(0, Math.ceil(next - performance.now())), FOREVER)
    // Whether the process stays for it is said by whoever waits (KeepAlive).
    this.timeout = setTimeout(this.timedOut, delay).unref()
  }

  private takeOut(place: number): Sleeper {
    const { heap } = this
    const sleeper = heap[place]!
    const last = heap.pop()!
    sleeper.place = -1
    if (last !== sleeper) {
      this.sink(last, place)
      this.rise(last, last.place)
    }
    return sleeper
  }

  /** Moves `sleeper`, for which there is a hole at `place`, to where nobody above it is later. */
  private rise(sleeper: Sleeper, place: number): void {
    const { heap } = this
    let at = place
    while (at > 0) {
      const above = (at - 1) >> 1
      if (heap[above]!.due <= sleeper.due) break
      this.put(heap[above]!, at)
      at = above
    }
    this.put(sleeper, at)
  }

  /** Moves `sleeper`, for which there is a hole at `place`, to where nobody below it is earlier. */
  private sink(sleeper: Sleeper, place: number): void {
    const { heap } = this
    let at = place
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && heap[below + 1]!.due < heap[below]!.due) below++
      if (heap[below]!.due >= sleeper.due) break
      this.put(heap[below]!, at)
      at = below
    }
    this.put(sleeper, at)
  }

  private put(sleeper: Sleeper, place: number): void {
    this.heap[place] = sleeper
    sleeper.place = place
  }
}

/** This thread's. */
export const schedule = new Schedule()
