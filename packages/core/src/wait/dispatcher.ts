/**
 * From the table of epoll's events to the streams they concern. One native call fills the table, and only who waits is woken, so
 * that idle descriptors cost nothing.
 */
import { List } from '../list.js'
import { addPoller, removePoller } from './loop.js'

/** A native part's table of events, and its slots: `EpollTable` of native-common. */
export interface SlotBinding {
  /** `table` receives pairs of slot and epoll events; `onEvents(count)` is told of them once a wake-up. Once an environment. */
  start(table: Int32Array, onEvents: (count: number) => void): void
  /** Looks without waiting and fills the table. */
  poll(): number
  /**
   * The slot is free at once; where the system takes its time to close what was in it, a promise says when that is done.
   * @param reset abort the connection, where there is such a thing, and drop what was not sent
   */
  close(slot: number, reset: boolean): void | Promise<void>
}

/** Whoever owns a slot. */
export interface Watched {
  /** Takes note of epoll's events, and does nothing else: others' are not noted yet. */
  note(events: number): void
  /** Wakes who waits for what was noted. */
  respond(): void
}

/** Pairs of slot and events that one look brings; more are fetched by the next. */
const TABLE_PAIRS = 256

export class Dispatcher {
  private readonly table = new Int32Array(TABLE_PAIRS * 2)
  private readonly owners: Array<Watched | undefined> = []
  /** Events of slots that nobody owns yet: accepted ahead, or connected just now. Edges are reported only once. */
  private readonly early: number[] = []
  private readonly noted = new List<Watched>()
  private responding = false
  private slots = 0
  private looks = 0
  private readonly poller = () => {
    if (++this.looks % this.pollEvery === 0) this.dispatch(this.binding.poll())
  }

  /** @param pollEvery how many looks of a program that polls cost one look of the system's; more than 1 where news come otherwise */
  constructor(
    private readonly binding: SlotBinding,
    private readonly pollEvery = 1,
  ) {
    binding.start(this.table, (count) => this.dispatch(count))
  }

  /** Takes note of a slot that the native part has made. */
  opened(slot: number): number {
    this.early[slot] = 0
    if (this.slots++ === 0) addPoller(this.poller)
    return slot
  }

  /** From now on `owner` is told of the slot's events, and now of those that came before. */
  own(slot: number, owner: Watched): void {
    this.owners[slot] = owner
    const events = this.early[slot]!
    this.early[slot] = 0
    if (events !== 0) owner.note(events)
  }

  /** Nobody owns the slot for a while. @param events what its owner had noted and the next one must know */
  disown(slot: number, events: number): void {
    this.owners[slot] = undefined
    this.early[slot] = events
  }

  /** Closes the slot; its number may be used again at once. @returns what the binding's `close` does */
  close(slot: number, reset: boolean): void | Promise<void> {
    this.owners[slot] = undefined
    const closed = this.binding.close(slot, reset)
    if (--this.slots === 0) removePoller(this.poller)
    return closed
  }

  private dispatch(count: number): void {
    const { table, owners, noted } = this
    // First everything is noted: whoever is woken may poll, and the table is then overwritten.
    for (let i = 0; i < count; i++) {
      const slot = table[2 * i]!
      const events = table[2 * i + 1]!
      const owner = owners[slot]
      if (owner === undefined) {
        this.early[slot]! |= events
      } else {
        owner.note(events)
        noted.push(owner)
      }
    }
    if (!this.responding) this.respond()
  }

  private respond(): void {
    const { noted } = this
    this.responding = true
    let done = 0
    try {
      // By index: a nested look adds more.
      while (done < noted.length) noted.items[done++]!.respond()
    } finally {
      this.responding = false
      noted.clear(done)
      // Somebody who was woken threw: the others are told all the same, in a turn of their own.
      if (noted.length > 0) setImmediate(() => this.respond())
    }
  }
}

/** Events of epoll(7). */
export const Epoll = { IN: 1, PRI: 2, OUT: 4, ERR: 8, HUP: 16, RDHUP: 0x2000 } as const
