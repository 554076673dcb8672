/** Several listeners as one: what `listen([...])` returns. */
import { Listener } from './listener.js'
import { Interest, type Waiter } from './source.js'
import type { Stream } from './stream.js'
import { closedError } from './wait/wait.js'

export class MultiListener extends Listener implements Waiter {
  /** Whom the next look begins with: the one after the last that was served, so that none starves. */
  private next = 0
  /** The members that are watched on this listener's behalf. */
  private readonly watching = new Set<Listener>()

  constructor(private readonly members: readonly Listener[]) {
    super()
  }

  /** Of all members, in the order of the list that was given to `listen`. */
  get uris(): readonly string[] {
    return this.members.flatMap((member) => member.uris)
  }

  /** A member's own `tryAccept` dresses the stream and reports it. */
  override tryAccept(): Stream | null {
    if (this.closed) throw closedError(this)
    return this.acceptNext()
  }

  protected acceptNext(): Stream | null {
    const { members } = this
    for (let looks = members.length; looks > 0; looks--) {
      const member = members[this.next]!
      this.next = (this.next + 1) % members.length
      const stream = member.tryAccept()
      if (stream !== null) return stream
    }
    return null
  }

  ready(interest: number): boolean {
    return this.closed || this.members.some((member) => member.ready(interest))
  }

  arm(interest: number): boolean {
    for (const member of this.members) {
      if (this.watching.has(member)) continue
      if (member.watch(interest, this)) {
        this.disarm(interest)
        return true
      }
      this.watching.add(member)
    }
    return false
  }

  disarm(interest: number): void {
    for (const member of this.watching) member.unwatch(interest, this)
    this.watching.clear()
  }

  notify(source: unknown, interest: number): void {
    this.watching.delete(source as Listener)
    this.disarm(interest)
    this.wake(interest)
  }

  protected async shutDown(): Promise<void> {
    this.disarm(Interest.READ)
    await closeAll(this.members)
  }

  ref(): this {
    for (const member of this.members) member.ref()
    return this
  }

  unref(): this {
    for (const member of this.members) member.unref()
    return this
  }
}

/** Closes all, whatever happens, and throws the first error. */
export async function closeAll(listeners: readonly Listener[]): Promise<void> {
  const outcomes = await Promise.allSettled(listeners.map((listener) => listener.close()))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
