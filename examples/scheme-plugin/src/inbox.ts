/** Messages that wait to be read, in order. */
import { LARGE, Slab } from './slab.js'

/** What a message costs beside its bytes. */
const OVERHEAD = 64

export class Inbox {
  /** What all of it weighs. */
  weight = 0
  private readonly slab = new Slab()
  private messages: Uint8Array[] = []
  private head = 0

  get count(): number {
    return this.messages.length - this.head
  }

  /** @param message of the library `ws`; a small one would keep the whole chunk that it came in from the garbage collector */
  push(message: Uint8Array): void {
    this.messages.push(message.length < LARGE ? this.slab.keep(message) : plain(message))
    this.weight += message.length + OVERHEAD
  }

  /** The message at `index`, counted from the oldest. */
  at(index: number): Uint8Array {
    return this.messages[this.head + index]!
  }

  /** Drops the oldest. */
  shift(): void {
    this.weight -= this.at(0).length + OVERHEAD
    this.messages[this.head++] = NOTHING
    if (this.head < this.messages.length / 2) return
    this.messages = this.messages.slice(this.head)
    this.head = 0
  }

  clear(): void {
    this.messages = []
    this.head = 0
    this.weight = 0
  }
}

const NOTHING = new Uint8Array(0)

/** Not a Buffer, whose `subarray` takes twice as long. */
function plain({ buffer, byteOffset, length }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length)
}
