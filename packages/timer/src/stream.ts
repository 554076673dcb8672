/** Ticks as messages. None waits in a queue: a message is made when it is read, of the last tick that is due by then. */
import { Counter, Interest, KeepAlive, Stream, type StreamInit } from '@camio/core/spi'
import { type Sleeper, schedule } from './schedule.js'
import { TICK_SIZE, writeTick } from './tick.js'
import type { Times } from './times.js'

export class TimerStream extends Stream implements Sleeper {
  readonly maxClaim = 0
  due = Infinity
  place = -1
  /** The message that is lent: one lease at a time needs no more memory. */
  private readonly message = new Uint8Array(TICK_SIZE)
  private readonly watching = new KeepAlive()
  /** The last tick that was read. */
  private count = 0
  private lent = false

  constructor(
    init: StreamInit,
    private readonly times: Times,
  ) {
    super(init)
  }

  // ---------------------------------------------------------------------------------------------------- reading

  tryRead(): Uint8Array | null {
    this.checkReadable()
    if (this.lent) throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    const count = this.times.passed(performance.now())
    if (count === this.count) return null
    const missed = count - this.count - 1
    this.count = count
    this.lent = true
    writeTick(this.message, count, missed)
    const { counters } = this.stats
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += TICK_SIZE
    counters[Counter.overruns]! += missed
    return this.message
  }

  release(): boolean {
    if (!this.lent && !this.closed) throw this.misuse('ERR_CAMIO_MISUSE', 'has no lease to release')
    this.lent = false
    if (this.watched(Interest.READ)) this.wake(Interest.READ)
    return true
  }

  get ended(): boolean {
    return !this.lent && this.count === this.times.total
  }

  // ---------------------------------------------------------------------------------------------------- waiting

  ready(interest: number): boolean {
    if (this.closed || interest !== Interest.READ) return true
    if (this.lent) return false
    return this.count === this.times.total || this.times.due(this.count + 1) <= performance.now()
  }

  arm(interest: number): boolean {
    // While a lease is out there is nothing to wait for but its release.
    if (!this.lent) this.sleep()
    this.watching.add(interest)
    return false
  }

  private sleep(): void {
    this.due = this.times.due(this.count + 1)
    schedule.add(this)
  }

  disarm(interest: number): void {
    this.watching.remove(interest)
    schedule.remove(this)
  }

  /** Schedule: it is time. */
  rang(): void {
    this.wake(Interest.READ)
  }

  /** Whoever wakes it - the schedule, a release, or core because it closed - ends the watch. */
  override wake(interest: number): void {
    if (!this.watching.remove(interest)) return
    schedule.remove(this)
    super.wake(interest)
  }

  ref(): this {
    this.watching.ref()
    return this
  }
  unref(): this {
    this.watching.unref()
    return this
  }

  // ---------------------------------------------------------------------------------------------------- no writing

  tryClaim(): never {
    this.checkWritable()
    throw this.misuse('ERR_CAMIO_NOT_WRITABLE', 'is written by nobody')
  }
  commit(): void {
    if (!this.closed) throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to commit')
  }
  cancel(): void {
    if (!this.closed) throw this.misuse('ERR_CAMIO_MISUSE', 'has no claim to cancel')
  }
  tryFlush(): boolean {
    this.checkFlush()
    return true
  }

  // ---------------------------------------------------------------------------------------------------- the end

  protected endWrite(): void {}

  /** Whoever waits is woken by core, which ends the watch; there is nothing else. */
  protected destroy(): void {}
}
