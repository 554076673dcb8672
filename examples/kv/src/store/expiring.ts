/** The entries that expire, as a dense list, so that some can be looked at at random. */
import type { Entry } from './entry.js'

export class Expiring {
  private readonly entries: Entry[] = []

  get size(): number {
    return this.entries.length
  }

  add(entry: Entry): void {
    if (entry.slot >= 0) return
    entry.slot = this.entries.length
    this.entries.push(entry)
  }

  remove(entry: Entry): void {
    if (entry.slot < 0) return
    const last = this.entries.pop()!
    if (last !== entry) {
      this.entries[entry.slot] = last
      last.slot = entry.slot
    }
    entry.slot = -1
  }

  random(): Entry {
    return this.entries[Math.floor(Math.random() * this.entries.length)]!
  }

  clear(): void {
    this.entries.length = 0
  }
}
