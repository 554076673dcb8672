/** Which of a listener's peers have been silent for too long. One timer for all of them: traffic costs a flag, not a timer. */

/** How often within the idle time it is looked; a peer ends that much late at most. */
const LOOKS = 4

export interface Quiet {
  /** Was there anything since the last look? The traffic sets it. */
  active: boolean
  /** Since which look there was not. */
  quietSince: number
}

export class Idle<T extends Quiet> {
  private readonly watched = new Set<T>()
  private timer: NodeJS.Timeout | null = null

  constructor(
    private readonly limitMs: number,
    private readonly expire: (quiet: T) => void,
  ) {}

  watch(one: T): void {
    this.watched.add(one)
    // It keeps no process alive: who waits does.
    this.timer ??= setInterval(() => this.look(), this.limitMs / LOOKS).unref()
  }

  unwatch(one: T): void {
    this.watched.delete(one)
    if (this.watched.size > 0 || this.timer === null) return
    clearInterval(this.timer)
    this.timer = null
  }

  private look(): void {
    const now = performance.now()
    for (const one of this.watched) {
      if (one.active) {
        one.active = false
        one.quietSince = now
      } else if (now - one.quietSince >= this.limitMs) {
        this.expire(one)
      }
    }
  }
}
