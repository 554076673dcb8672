/**
 * Waiting for the first of many. Members that are idle cost nothing per event: each has one waiter with its stream, and what
 * woke stands in a list until a look finds it not ready any more (level-triggered, like epoll without EPOLLET).
 */
import { CamioError } from './error.js'
import { List } from './list.js'
import { Interest, type Selectable, type Waiter } from './source.js'
import { offAbort, onAbort } from './wait/abort.js'
import { flushCorked, poll as pollTransports } from './wait/loop.js'
import { PARK, parseWaitStrategy } from './wait/strategy.js'
import type { WaitOptions } from './wait/wait.js'

export type SelectFor = 'read' | 'write'

export interface SelectOptions extends WaitOptions {
  /** Milliseconds until `select` gives up and answers with an empty list; 0 looks once. Default: no limit. */
  readonly timeout?: number | undefined
  /** What is done before the thread sleeps: `park` (default), `yield`, `spin` or `spin:<time>` as in `spin:20us`. */
  readonly wait?: string | undefined
}

/**
 * Looks of a program that polls for which a member that was ready lately is asked and not watched. Watching it costs the other end a
 * wake-up each time, a system call on most transports, for somebody who is awake anyway.
 */
const PATIENCE = 1000
/** Looks between two looks at the clock. */
const LOOKS = 4
const NONE: readonly Selectable[] = Object.freeze([])

/** A source and what it is watched for. */
class Member {
  readonly watches: Watch[] = []
  /** The look that found it ready last: it stands in an answer once, even if it is watched for two things. */
  foundBy = 0

  constructor(readonly source: Selectable) {}
}

class Watch implements Waiter {
  /** Stands in the selector's list of those to look at. */
  listed = false
  gone = false
  /** So many looks it may be asked yet, before it is watched. */
  patience = 0

  constructor(
    readonly member: Member,
    readonly interest: number,
    private readonly selector: Selector,
  ) {}

  notify(): void {
    this.selector.woke(this)
  }

  /** @returns whether it is ready; if not, `notify` follows */
  start(): boolean {
    const holds = this.member.source.watch(this.interest, this)
    if (holds) this.patience = PATIENCE
    return holds
  }

  /** @returns whether it is ready; if not, somebody must ask again */
  ask(): boolean {
    const { source } = this.member
    const holds = source.closed || source.ready(this.interest)
    this.patience = holds ? PATIENCE : this.patience - 1
    return holds
  }
}

export class Selector {
  private readonly members = new Map<Selectable, Member>()
  /** To look at: woken, or found ready the last time. Taken from the front, so that none starves. */
  private hot = new List<Watch>()
  /** The other list: a look empties one and fills the other. */
  private spare = new List<Watch>()
  private readonly ready: Selectable[] = []
  private looks = 0
  private waiting: (() => void) | null = null
  private busy = false
  private closed = false

  /** Adds a stream, listener or timer. Adding the same one for the same thing again does nothing. */
  add(source: Selectable, what: SelectFor = 'read'): this {
    if (this.closed) throw new CamioError('ERR_CAMIO_CLOSED', 'the selector is closed')
    const interest = what === 'write' ? Interest.WRITE : Interest.READ
    let member = this.members.get(source)
    if (member === undefined) this.members.set(source, (member = new Member(source)))
    if (member.watches.some((watch) => watch.interest === interest)) return this
    const watch = new Watch(member, interest, this)
    member.watches.push(watch)
    this.woke(watch)
    return this
  }

  /** Takes a member out; it may be closed already. @returns whether it was one */
  delete(source: Selectable): boolean {
    const member = this.members.get(source)
    if (member === undefined) return false
    this.members.delete(source)
    for (const watch of member.watches) {
      watch.gone = true
      if (!watch.listed) source.unwatch(watch.interest, watch)
    }
    return true
  }

  get size(): number {
    return this.members.size
  }

  /**
   * One look without waiting: sends what was committed, asks the transports, and returns the members that are ready, those that
   * were served longest ago first. A member that is closed is returned once, and is none any more. The array is used again by
   * the next call.
   */
  poll(): readonly Selectable[] {
    pollTransports()
    return this.collect(true)
  }

  /**
   * Waits until a member is ready. An empty list: the timeout ran out. The array is used again by the next call.
   * @throws `signal.reason`; `ERR_CAMIO_CLOSED` when the selector is closed; `ERR_CAMIO_MISUSE` when it waits already;
   *   `ERR_CAMIO_BAD_OPTION` for a bad `wait`
   */
  async wait(options: SelectOptions = {}): Promise<readonly Selectable[]> {
    if (this.busy) throw new CamioError('ERR_CAMIO_MISUSE', 'the selector is waiting already')
    this.busy = true
    try {
      return await this.waitOnce(options)
    } finally {
      this.busy = false
    }
  }

  private async waitOnce({ signal, timeout = Infinity, wait }: SelectOptions): Promise<readonly Selectable[]> {
    const strategy = wait === undefined ? PARK : parseWaitStrategy(wait)
    const polls = strategy !== PARK
    flushCorked()
    const end = performance.now() + timeout
    for (;;) {
      signal?.throwIfAborted()
      if (this.closed) throw new CamioError('ERR_CAMIO_CLOSED', 'the selector is closed')
      const found = this.collect(polls)
      if (found.length > 0) return found
      const spun = this.spin(Math.min(end, performance.now() + strategy.spinMs))
      if (spun.length > 0) return spun
      const left = end - performance.now()
      if (!(left > 0)) return NONE
      if (strategy.yields) await turn()
      else if (!polls || !this.watchAll()) await this.sleep(left, signal)
      if (strategy.yields) pollTransports()
    }
  }

  /** Looks again and again. @returns those that are ready */
  private spin(end: number): readonly Selectable[] {
    while (performance.now() < end) {
      for (let i = 0; i < LOOKS; i++) {
        const found = this.poll()
        if (found.length > 0) return found
      }
    }
    return NONE
  }

  /** Who is about to sleep must be watching. @returns whether a member is ready, so that the next look finds it */
  private watchAll(): boolean {
    return this.collect(false).length > 0
  }

  /** Forgets all members (it closes none of them) and wakes whoever waits with `ERR_CAMIO_CLOSED`. */
  close(): void {
    this.closed = true
    for (const source of [...this.members.keys()]) this.delete(source)
    this.waiting?.()
  }

  /** Watch: may be ready. */
  woke(watch: Watch): void {
    if (watch.listed || watch.gone) return
    watch.listed = true
    this.hot.push(watch)
    this.waiting?.()
  }

  /**
   * Looks at the hot members once each; those that are not ready go back to watching.
   * @param polls others look soon: those that were ready lately are not watched yet
   */
  private collect(polls: boolean): readonly Selectable[] {
    const { ready, hot } = this
    const looks = ++this.looks
    let found = 0
    this.hot = this.spare
    this.spare = hot
    for (let i = 0; i < hot.length; i++) {
      const watch = hot.items[i]!
      const { member } = watch
      watch.listed = false
      if (watch.gone) continue
      const asked = polls && watch.patience > 0
      const holds = asked ? watch.ask() : watch.start()
      if (!holds && !asked) continue
      watch.listed = true
      this.hot.push(watch)
      if (!holds || member.foundBy === looks) continue
      member.foundBy = looks
      ready[found++] = member.source
      if (member.source.closed) this.delete(member.source)
    }
    hot.clear()
    this.hot.rotate()
    // An array whose length becomes 0 gives its memory up, and most looks of a program that polls find nothing.
    if (found === 0) return NONE
    if (ready.length !== found) ready.length = found
    return ready
  }

  /** Until something wakes, the time is over, or the signal aborts. */
  private sleep(timeout: number, signal: AbortSignal | undefined): Promise<void> {
    // Somebody woke while he was put to sleep.
    if (this.hot.length > 0) return turn()
    // What was ready last is not kept from being collected.
    this.ready.length = 0
    return new Promise((resolve) => {
      const finish = () => {
        this.waiting = null
        clearTimeout(timer)
        offAbort(signal, finish)
        resolve()
      }
      const timer = timeout < 2 ** 31 ? setTimeout(finish, timeout) : undefined
      onAbort(signal, finish)
      this.waiting = finish
    })
  }
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
