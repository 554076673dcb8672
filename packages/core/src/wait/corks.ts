/** Streams that hold back what was committed, to be flushed together a little later. */
import { List } from '../list.js'

/** A stream with committed data that has not left yet. */
export interface Corked {
  /** Will somebody flush it? Kept by whoever will. */
  corked: boolean
  /** Sends what was committed; keeps its errors to itself (they appear at the next call that the program makes). */
  flushInBackground(): void
}

export class Corks {
  private readonly dirty = new List<Corked>()
  /** So many of `dirty` were sent in the flush that is under way. */
  private flushed = 0
  private scheduled = false
  private readonly run = () => {
    this.scheduled = false
    this.flush()
  }

  /** @param later calls back at the time when all must leave at the latest */
  constructor(private readonly later: (callback: () => void) => void) {}

  /** `schedule`, or a `flush`, must follow. The stream must not be corked already. */
  add(stream: Corked): void {
    stream.corked = true
    this.dirty.push(stream)
  }

  schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    this.later(this.run)
  }

  flush(): void {
    const { dirty } = this
    if (dirty.length === 0) return
    // A flush may wake somebody who polls: the call inside goes on where the outer one stands.
    const outermost = this.flushed === 0
    try {
      // By index: who was woken may commit more, which is then sent in the same round.
      while (this.flushed < dirty.length) {
        const stream = dirty.items[this.flushed++]!
        stream.corked = false
        stream.flushInBackground()
      }
    } finally {
      if (outermost) this.startAnew()
    }
  }

  private startAnew(): void {
    const { dirty } = this
    dirty.clear(this.flushed)
    this.flushed = 0
    // A driver that threw what it must not: the others are sent the next time.
    if (dirty.length > 0) this.schedule()
  }
}
