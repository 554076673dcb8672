/**
 * Waiting for the first of many. Members that are idle cost nothing per event: each has one waiter with its stream, and what
 * woke stands in a list until a look finds it not ready any more (level-triggered, like epoll without EPOLLET).
 */
import { CamioError } from './error.js'
import { Interest, type Selectable, type Waiter } from './source.js'
import { flushCorked, poll as pollTransports } from './wait/loop.js'
import type { WaitOptions } from './wait/wait.js'

export type SelectFor = 'read' | 'write'

export interface SelectOptions extends WaitOptions {
  /** Milliseconds until `select` gives up and answers with an empty list; 0 looks once. Default: no limit. */
  timeout?: number | undefined
}

class Member implements Waiter {
  /** Stands in the selector's list of those to look at. */
  listed = false
  gone = false

  constructor(
    readonly source: Selectable,
    readonly interest: number,
    private readonly selector: Selector,
  ) {}

  notify(): void {
    this.selector.woke(this)
  }
}

export class Selector {
  private readonly members = new Map<Selectable, Member[]>()
  /** To look at: woken, or found ready the last time. Taken from the front, so that none starves. */
  private hot: Member[] = []
  private ready: Selectable[] = []
  private waiting: (() => void) | null = null
  private closed = false

  /** Adds a stream, listener or timer. Adding the same one for the same thing again does nothing. */
  add(source: Selectable, what: SelectFor = 'read'): this {
    if (this.closed) throw new CamioError('ERR_CAMIO_CLOSED', 'the selector is closed')
    const interest = what === 'write' ? Interest.WRITE : Interest.READ
    const present = this.members.get(source) ?? []
    if (present.some((member) => member.interest === interest)) return this
    const member = new Member(source, interest, this)
    this.members.set(source, [...present, member])
    this.woke(member)
    return this
  }

  /** Takes a member out; it may be closed already. */
  delete(source: Selectable): boolean {
    const members = this.members.get(source)
    if (!members) return false
    this.members.delete(source)
    for (const member of members) {
      member.gone = true
      if (!member.listed) source.unwatch(member.interest, member)
    }
    return true
  }

  get size(): number {
    return this.members.size
  }

  /**
   * One look without waiting: sends what was committed, asks the transports, and returns the members that are ready, those that
   * were served longest ago first. The array is used again by the next call.
   */
  poll(): readonly Selectable[] {
    pollTransports()
    return this.collect()
  }

  /** Waits until a member is ready. An empty list: the timeout ran out. The array is used again by the next call. */
  async wait(options: SelectOptions = {}): Promise<readonly Selectable[]> {
    options.signal?.throwIfAborted()
    flushCorked()
    const ready = this.collect()
    if (ready.length > 0 || options.timeout === 0) return ready
    if (this.waiting) throw new CamioError('ERR_CAMIO_MISUSE', 'the selector is waiting already')
    const end = options.timeout === undefined ? Infinity : performance.now() + options.timeout
    for (;;) {
      const left = end - performance.now()
      if (left <= 0) return this.collect()
      await this.sleep(left, options.signal)
      if (this.closed) throw new CamioError('ERR_CAMIO_CLOSED', 'the selector was closed while waiting')
      if (this.collect().length > 0) return this.ready
    }
  }

  /** Forgets all members (it closes none of them) and wakes whoever waits. */
  close(): void {
    this.closed = true
    for (const source of [...this.members.keys()]) this.delete(source)
    this.waiting?.()
  }

  /** Member: may be ready. */
  woke(member: Member): void {
    if (member.listed || member.gone) return
    member.listed = true
    this.hot.push(member)
    this.waiting?.()
  }

  /** Looks at the hot members once each; those that are not ready go back to watching. */
  private collect(): readonly Selectable[] {
    const { ready } = this
    ready.length = 0
    const count = this.hot.length
    if (count === 0) return ready
    const look = this.hot
    this.hot = []
    for (let i = 0; i < count; i++) {
      const member = look[i]!
      member.listed = false
      if (member.gone || !member.source.watch(member.interest, member)) continue
      member.listed = true
      this.hot.push(member)
      if (!ready.includes(member.source)) ready.push(member.source)
      if (member.source.closed) this.delete(member.source)
    }
    rotate(this.hot)
    return ready
  }

  private sleep(timeout: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = () => {
        this.waiting = null
        clearTimeout(timer)
        signal?.removeEventListener('abort', aborted)
        resolve()
      }
      const aborted = () => {
        finish()
        reject(signal!.reason)
      }
      const timer = timeout < 2 ** 31 ? setTimeout(finish, timeout) : undefined
      signal?.addEventListener('abort', aborted)
      this.waiting = finish
    })
  }
}

/** Puts the first member last: the next answer begins with another one. */
function rotate(list: Member[]): void {
  if (list.length > 1) list.push(list.shift()!)
}
