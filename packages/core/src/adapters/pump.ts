/** Gets one chunk after the other out of something that is asked for them, while somebody wants more. */

import type { ChunkSource, Events } from './adapted.js'
import { bytesOf } from './bytes-of.js'

type Next = { readonly done?: boolean | undefined; readonly value?: unknown }

export class Pump implements ChunkSource {
  private paused = false
  private stopped = false
  private running = false

  constructor(
    private readonly events: Events,
    private readonly next: () => Promise<Next>,
    private readonly giveUp: () => Promise<unknown>,
  ) {
    this.resume()
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    if (!this.running) void this.run()
  }

  /** Never waits for the source: an async generator would first finish what it is doing. */
  stop(): void {
    if (this.stopped) return
    this.stopped = true
    this.giveUp().catch(() => {})
  }

  private async run(): Promise<void> {
    this.running = true
    try {
      while (!this.paused && !this.stopped) {
        const { done, value } = await this.next()
        if (this.stopped) return
        if (done) {
          this.stopped = true
          this.events.ended()
        } else this.events.chunk(bytesOf(value))
      }
    } catch (error) {
      this.stopped = true
      this.events.broke(error)
    } finally {
      this.running = false
    }
  }
}
