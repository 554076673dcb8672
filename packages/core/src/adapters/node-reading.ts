/** The reading half of a Node stream over a camio stream: a chunk a call, then it waits without a promise. */
import type { Readable } from 'node:stream'
import { Interest, type Waiter } from '../source.js'
import type { Stream } from '../stream.js'
import { Filler } from './filler.js'

/** A source that always has more must not keep the event loop from going round: so many chunks at a time. */
const BURST = 64

export class NodeReading implements Waiter {
  private readonly filler: Filler
  private waiting = false
  private burst = 0

  constructor(
    private readonly stream: Stream,
    private readonly node: Readable,
  ) {
    this.filler = new Filler(stream)
  }

  /** Node wants a chunk. */
  read(): void {
    if (this.waiting) return
    if (++this.burst > BURST) this.pause()
    else this.push()
  }

  private push(): void {
    let chunk: Buffer | null
    try {
      chunk = this.take()
    } catch (error) {
      this.node.destroy(error as Error)
      return
    }
    // Outside of `try`: it may call the program's listeners.
    if (chunk !== null) this.node.push(chunk)
    else if (this.stream.ended) this.node.push(null)
  }

  /** @returns `null` at the end, or while it waits */
  private take(): Buffer | null {
    for (;;) {
      const chunk = this.filler.next()
      if (chunk !== null || this.stream.ended) return chunk
      this.burst = 0
      if (this.stream.watch(Interest.READ, this)) continue
      this.waiting = true
      return null
    }
  }

  private pause(): void {
    this.burst = 0
    this.waiting = true
    setImmediate(() => this.notify())
  }

  notify(): void {
    this.waiting = false
    if (!this.node.destroyed) this.push()
  }

  /** The Node stream is destroyed: nobody waits any more. */
  stop(): void {
    if (this.waiting) this.stream.unwatch(Interest.READ, this)
  }
}
