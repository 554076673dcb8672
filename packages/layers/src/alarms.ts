/** Timers of one stream, one for each interest. They keep the process alive while it is `ref`ed. */
export class Alarms {
  private readonly timers = new Map<number, NodeJS.Timeout>()
  private referenced = true

  constructor(private readonly ring: (interest: number) => void) {}

  /** Rings once, in so many milliseconds or a little later. */
  set(interest: number, milliseconds: number): void {
    this.clear(interest)
    const timer = setTimeout(() => {
      this.timers.delete(interest)
      this.ring(interest)
    }, Math.ceil(milliseconds))
    if (!this.referenced) timer.unref()
    this.timers.set(interest, timer)
  }

  clear(interest: number): void {
    clearTimeout(this.timers.get(interest))
    this.timers.delete(interest)
  }

  clearAll(): void {
    for (const interest of [...this.timers.keys()]) this.clear(interest)
  }

  ref(): void {
    this.referenced = true
    for (const timer of this.timers.values()) timer.ref()
  }

  unref(): void {
    this.referenced = false
    for (const timer of this.timers.values()) timer.unref()
  }
}
