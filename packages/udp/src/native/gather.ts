/** `gather=`: one timer a thread, as all its sockets are watched together. The longest time that an open socket asks for holds. */
import type { Binding } from './binding.js'

export class Gather {
  private readonly wished: number[] = []

  constructor(private readonly binding: Binding) {}

  /** @throws a system error */
  add(milliseconds: number): void {
    if (milliseconds === 0) return
    this.wished.push(milliseconds)
    this.apply()
  }

  remove(milliseconds: number): void {
    if (milliseconds === 0) return
    this.wished.splice(this.wished.indexOf(milliseconds), 1)
    this.apply()
  }

  private apply(): void {
    this.binding.gather(Math.round(Math.max(0, ...this.wished) * 1000))
  }
}
