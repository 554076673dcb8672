/**
 * A list that keeps its room when it is emptied. An array whose `length` is set to 0 gives its memory up and gets new memory at
 * the next `push`: for lists that are filled and emptied at every wake-up that costs more than the work on them.
 */
export class List<T> {
  /** `[0, length)` are the members; what lies behind is room. */
  readonly items: Array<T | undefined> = []
  length = 0

  push(item: T): void {
    this.items[this.length++] = item
  }

  /** Takes the last one out. */
  pop(): T | undefined {
    if (this.length === 0) return undefined
    const last = this.items[--this.length]
    this.items[this.length] = undefined
    return last
  }

  /** Takes the first `count` out (default: all). What was in them is not kept from being collected. */
  clear(count = this.length): void {
    const { items, length } = this
    for (let i = count; i < length; i++) items[i - count] = items[i]
    for (let i = length - count; i < length; i++) items[i] = undefined
    this.length = length - count
  }

  /** Puts the first one last. */
  rotate(): void {
    const { items, length } = this
    if (length < 2) return
    const first = items[0]
    for (let i = 1; i < length; i++) items[i - 1] = items[i]
    items[length - 1] = first
  }
}
