/** The reading half of a Node stream over a camio stream: chunks while Node wants them, then it waits without a promise. */
import type { Readable } from 'node:stream'
import { Interest, type Waiter } from '../source.js'
import type { Stream } from '../stream.js'
import { calledListeners, callingListeners } from '../wait/loop.js'
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
    if (!this.waiting) this.push()
  }

  /** @returns whether Node wants another one, and there may be one */
  private push(): boolean {
    if (++this.burst > BURST) return this.pause()
    let chunk: Buffer | null
    try {
      chunk = this.take()
    } catch (error) {
      this.node.destroy(error as Error)
      return false
    }
    // Outside of `try`: it may call the program's listeners.
    if (chunk !== null) return this.node.push(chunk)
    if (this.stream.ended) this.node.push(null)
    return false
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

  private pause(): false {
    this.burst = 0
    this.waiting = true
    setImmediate(() => this.notify())
    return false
  }

  /** Node would ask for each chunk in a tick of its own: as a socket does, it gets them while it wants them. */
  notify(): void {
    this.waiting = false
    callingListeners()
    try {
      while (!this.node.destroyed && this.push() && !this.waiting);
    } finally {
      calledListeners()
    }
  }

  /** The Node stream is destroyed: nobody waits any more. */
  stop(): void {
    if (this.waiting) this.stream.unwatch(Interest.READ, this)
  }
}
