/**
 * Waiting for the first of many. Members that are idle cost nothing per event: each has one waiter with its stream, and what
 * woke stands in a list until a look finds it not ready any more (level-triggered, like epoll without EPOLLET). Nothing is
 * allocated for an event: docs/select.md.
 */
import { CamioError, show } from './error.js'
import { Level } from './select/level.js'
import { Sleep } from './select/sleep.js'
import { Member, Watch } from './select/watch.js'
import { Interest, type Selectable } from './source.js'
import { flushCorked, poll as pollTransports } from './wait/loop.js'
import { PARK, parseWaitStrategy, type WaitStrategy } from './wait/strategy.js'
import type { WaitOptions } from './wait/wait.js'

export type SelectFor = 'read' | 'write'

export interface MemberOptions {
  /**
   * A whole number from -100 to 100, 0 if not said. Those of a higher one stand before all others in every answer: whoever serves
   * only the first of each answer lets the lower ones starve while there is anything higher. Among equals the selector is fair.
   */
  readonly priority?: number | undefined
}

export interface SelectOptions extends WaitOptions {
  /** Milliseconds until `select` gives up and answers with an empty list; 0 looks once. Default: no limit. */
  readonly timeout?: number | undefined
  /** What is done before the thread sleeps: `park` (default), `yield`, `spin` or `spin:<time>` as in `spin:20us`. */
  readonly wait?: string | undefined
}

const HIGHEST = 100
/** Looks between two looks at the clock. */
const LOOKS = 4
const NONE: readonly Selectable[] = Object.freeze([])

/**
 * After so many answers in a row that needed no waiting the event loop gets a turn: timers, signals and what the other members
 * wait for do not starve behind one that is always ready.
 */
const ANSWERS_A_TURN = 32
/** Of all selectors of the thread, since one of them gave the loop a turn. */
let answersInARow = 0

export class Selector {
  private readonly members = new Map<Selectable, Member>()
  /** By priority, the highest first; nearly always there is one. */
  private readonly levels: Level[] = []
  private readonly ready: Selectable[] = []
  /** Resolved with `ready`, for every answer that needs no waiting. */
  private readonly answer: Promise<readonly Selectable[]> = Promise.resolve(this.ready)
  private readonly sleep = new Sleep()
  private looks = 0
  private waiting = false
  private closed = false
  /** The `wait` that was asked for last, and what it means. */
  private strategyText: string | undefined
  private strategy: WaitStrategy = PARK

  /**
   * Adds a stream, listener or timer. Adding the same one for the same thing again only changes its priority.
   * @throws `ERR_CAMIO_CLOSED`; `ERR_CAMIO_MISUSE` for a priority that is none
   */
  add(source: Selectable, what: SelectFor = 'read', { priority = 0 }: MemberOptions = {}): this {
    if (this.closed) throw new CamioError('ERR_CAMIO_CLOSED', 'the selector is closed')
    const level = this.levelOf(priority)
    const interest = what === 'write' ? Interest.WRITE : Interest.READ
    let member = this.members.get(source)
    if (member === undefined) this.members.set(source, (member = new Member(source)))
    const { watches } = member
    const at = watches.findIndex((watch) => watch.interest === interest)
    if (at >= 0) {
      if (watches[at]!.level === level) return this
      watches.splice(at, 1)[0]!.end()
    }
    const watch = new Watch(member, interest, level, this)
    watches.push(watch)
    this.woke(watch)
    return this
  }

  /** Takes a member out; it may be closed already. @returns whether it was one */
  delete(source: Selectable): boolean {
    const member = this.members.get(source)
    if (member === undefined) return false
    this.members.delete(source)
    for (const watch of member.watches) watch.end()
    return true
  }

  get size(): number {
    return this.members.size
  }

  /**
   * One look without waiting: sends what was committed, asks the transports, and returns the members that are ready, those of the
   * highest priority first, and among equals those that were served longest ago. A member that is closed is returned once, and is
   * none any more. The array is used again by the next call. Timers and sockets of Node's own get their turn only when the program lets
   * the event loop run.
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
  wait(options: SelectOptions = {}): Promise<readonly Selectable[]> {
    try {
      if (this.waiting) throw new CamioError('ERR_CAMIO_MISUSE', 'the selector is waiting already')
      this.understand(options.wait)
      flushCorked()
      this.checkWait(options.signal)
      if (answersInARow < ANSWERS_A_TURN && this.collect(this.polls).length > 0) {
        answersInARow++
        return this.answer
      }
    } catch (error) {
      return Promise.reject(error)
    }
    return this.waitSlowly(options)
  }

  private understand(wait: string | undefined): void {
    if (wait === this.strategyText) return
    this.strategy = wait === undefined ? PARK : parseWaitStrategy(wait)
    this.strategyText = wait
  }

  /** Others than those that sleep at once look again soon. */
  private get polls(): boolean {
    return this.strategy !== PARK
  }

  private checkWait(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted()
    if (this.closed) throw new CamioError('ERR_CAMIO_CLOSED', 'the selector is closed')
  }

  private async waitSlowly({ signal, timeout = Infinity }: SelectOptions): Promise<readonly Selectable[]> {
    const { spinMs, yields } = this.strategy
    const end = timeout === Infinity ? Infinity : performance.now() + timeout
    this.waiting = true
    try {
      if (answersInARow >= ANSWERS_A_TURN) await this.pause(true, 0, signal)
      for (;;) {
        this.checkWait(signal)
        answersInARow++
        const found = this.collect(this.polls)
        if (found.length > 0) return found
        const spun = this.spin(spinMs, end)
        if (spun.length > 0) return spun
        const left = end === Infinity ? end : end - performance.now()
        if (!(left > 0)) return NONE
        await this.pause(yields || !this.maySleep(), left, signal)
      }
    } finally {
      this.waiting = false
    }
  }

  /** The event loop runs: for a turn, or until somebody wakes. */
  private async pause(turnOnly: boolean, timeout: number, signal: AbortSignal | undefined): Promise<void> {
    answersInARow = 0
    if (!turnOnly) {
      // What was ready last is not kept from being collected.
      this.ready.length = 0
      return this.sleep.until(timeout, signal)
    }
    await turn()
    pollTransports()
  }

  /** Who is about to sleep must be watching. @returns whether nobody is ready, or woke while he was put to sleep */
  private maySleep(): boolean {
    if (this.polls) this.collect(false)
    return !this.anyHot()
  }

  /** Looks again and again, for the strategy's span and not beyond `end`. @returns those that are ready */
  private spin(spinMs: number, end: number): readonly Selectable[] {
    if (spinMs === 0) return NONE
    const until = Math.min(end, performance.now() + spinMs)
    while (performance.now() < until) {
      for (let i = 0; i < LOOKS; i++) {
        const found = this.poll()
        if (found.length > 0) return found
      }
    }
    return NONE
  }

  /** Forgets all members (it closes none of them) and wakes whoever waits with `ERR_CAMIO_CLOSED`. */
  close(): void {
    this.closed = true
    for (const source of [...this.members.keys()]) this.delete(source)
    this.sleep.wake()
  }

  /** Watch: may be ready. */
  woke(watch: Watch): void {
    if (watch.listed || watch.gone) return
    watch.level.push(watch)
    this.sleep.wake()
  }

  // ---------------------------------------------------------------------------------------------------- looking

  /** @param polls others look soon: those that were ready lately are not watched yet */
  private collect(polls: boolean): readonly Selectable[] {
    const { ready, levels } = this
    const looks = ++this.looks
    let found = 0
    for (let i = 0; i < levels.length; i++) found = this.collectFrom(levels[i]!, polls, looks, found)
    // An array whose length becomes 0 gives its memory up, and most looks of a program that polls find nothing.
    if (found === 0) return NONE
    if (ready.length !== found) ready.length = found
    return ready
  }

  /** Looks at the hot members of a level once each; those that are not ready go back to watching. @returns how many are `ready` */
  private collectFrom(level: Level, polls: boolean, looks: number, found: number): number {
    const only = polls ? level.only : null
    if (only?.patient) return only.ask() ? this.answerWith(only.member, looks, found) : found
    const hot = level.take()
    for (let i = 0; i < hot.length; i++) {
      const watch = hot.items[i]!
      const { member } = watch
      watch.listed = false
      if (watch.gone) continue
      const holds = watch.look(polls)
      if (holds || watch.asked) level.push(watch)
      if (holds) found = this.answerWith(member, looks, found)
    }
    level.taken(hot)
    return found
  }

  /** @returns how many are `ready` with `member`, which stands there once */
  private answerWith(member: Member, looks: number, found: number): number {
    if (member.foundBy === looks) return found
    member.foundBy = looks
    this.ready[found] = member.source
    if (member.source.closed) this.delete(member.source)
    return found + 1
  }

  private anyHot(): boolean {
    return this.levels.some((level) => level.any)
  }

  private levelOf(priority: number): Level {
    if (!Number.isInteger(priority) || Math.abs(priority) > HIGHEST)
      throw new CamioError('ERR_CAMIO_MISUSE', `priority ${show(priority)} is no whole number from -100 to 100`)
    const at = this.levels.findIndex((level) => level.priority <= priority)
    if (at >= 0 && this.levels[at]!.priority === priority) return this.levels[at]!
    const level = new Level(priority)
    this.levels.splice(at < 0 ? this.levels.length : at, 0, level)
    return level
  }
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
