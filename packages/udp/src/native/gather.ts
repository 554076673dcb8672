/**
 * `gather=`: one timer a thread, as all its sockets are watched together. The longest time that an open socket asks for holds; while
 * none asks for any, datagrams gather in floods only.
 */
import { type Binding, IN_FLOODS } from './binding.js'

export class Gather {
  private readonly wished: number[] = []

  constructor(private readonly binding: Binding) {}

  /** @throws a system error */
  add(milliseconds: number | undefined): void {
    if (milliseconds === undefined) return
    this.wished.push(milliseconds)
    this.apply()
  }

  remove(milliseconds: number | undefined): void {
    if (milliseconds === undefined) return
    this.wished.splice(this.wished.indexOf(milliseconds), 1)
    this.apply()
  }

  private apply(): void {
    const { wished } = this
    this.binding.gather(wished.length === 0 ? IN_FLOODS : Math.round(Math.max(...wished) * 1000))
  }
}
