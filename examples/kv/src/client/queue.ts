/** First in, first out, in a ring of slots: nothing is moved and nothing allocated while it does not grow. */
export class Queue<T> {
  private slots: (T | undefined)[] = new Array<T | undefined>(16)
  private head = 0
  length = 0

  push(item: T): void {
    if (this.length === this.slots.length) this.grow()
    this.slots[(this.head + this.length++) & (this.slots.length - 1)] = item
  }

  peek(): T | undefined {
    return this.slots[this.head]
  }

  shift(): T | undefined {
    const item = this.slots[this.head]
    if (this.length === 0) return undefined
    this.slots[this.head] = undefined
    this.head = (this.head + 1) & (this.slots.length - 1)
    this.length--
    return item
  }

  private grow(): void {
    const { slots, head } = this
    this.slots = [...slots.slice(head), ...slots.slice(0, head), ...new Array<undefined>(slots.length)]
    this.head = 0
  }
}
