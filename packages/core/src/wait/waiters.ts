/**
 * Who waits for one thing. Nearly always that is one, and it is told and waits again at every event: one waiter takes no memory
 * beside its field.
 */
export class Waiters<T> {
  private first: T | null = null
  private others: T[] = []

  get any(): boolean {
    return this.first !== null
  }

  /** @returns whether it is the only one */
  add(waiter: T): boolean {
    if (this.first !== null) {
      this.others.push(waiter)
      return false
    }
    this.first = waiter
    return true
  }

  /** @returns whether it was there */
  remove(waiter: T): boolean {
    if (this.first === waiter) {
      this.first = this.others.shift() ?? null
      return true
    }
    const at = this.others.indexOf(waiter)
    if (at >= 0) this.others.splice(at, 1)
    return at >= 0
  }

  /** Takes out the first, which must be there, if nobody else waits; otherwise `null`, and `takeAll` is to be called. */
  takeOnly(): T | null {
    if (this.others.length > 0) return null
    const { first } = this
    this.first = null
    return first
  }

  /** Takes everybody out, in the order in which they came. */
  takeAll(): T[] {
    const all = this.first === null ? [] : [this.first, ...this.others]
    this.first = null
    this.others = []
    return all
  }
}
