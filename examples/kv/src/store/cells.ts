/** Where an entry's bytes are put: in one cell, key and value beside each other, while both are small; else in arrays of their own. */
import { copyOf, copyTo } from '../resp/request.js'
import { Arena, LARGEST_CELL } from './arena.js'
import type { Entry } from './entry.js'

export class Cells {
  private readonly arena = new Arena()

  /** Gives a new entry its key. */
  putKey(entry: Entry, key: Uint8Array, start: number, length: number, valueLength: number): void {
    entry.keyLength = length
    if (length > LARGEST_CELL) {
      entry.keyBytes = copyOf(key, start, length)
      return
    }
    this.takeCell(entry, this.lengthFor(length, valueLength))
    copyTo(entry.keyBytes, entry.keyAt, key, start, length)
  }

  /** Puts a copy of a value, none of the entry's own, where it belongs. */
  putValue(entry: Entry, value: Uint8Array, start: number, length: number): void {
    if (!this.makeRoom(entry, length)) {
      this.putOwn(entry, copyOf(value, start, length))
      return
    }
    entry.valueBytes = entry.keyBytes
    entry.valueAt = entry.keyAt + entry.keyLength
    entry.valueLength = length
    copyTo(entry.valueBytes, entry.valueAt, value, start, length)
  }

  /** `value` is the store's from now on. */
  putOwn(entry: Entry, value: Uint8Array): void {
    entry.valueBytes = value
    entry.valueAt = 0
    entry.valueLength = value.length
  }

  release(entry: Entry): void {
    if (entry.cell < 0) return
    this.arena.give(entry.cell, entry.cellSize)
    entry.cell = -1
  }

  /** A key alone, where the value does not fit beside it. */
  private lengthFor(keyLength: number, valueLength: number): number {
    return keyLength + valueLength > LARGEST_CELL ? keyLength : keyLength + valueLength
  }

  /** @returns whether the entry's cell has room for such a value now */
  private makeRoom(entry: Entry, length: number): boolean {
    const { cell, cellSize, keyBytes, keyAt, keyLength } = entry
    const needed = keyLength + length
    if (cell < 0 || needed > LARGEST_CELL) return false
    if (needed <= cellSize) return true
    this.takeCell(entry, needed)
    copyTo(entry.keyBytes, entry.keyAt, keyBytes, keyAt, keyLength)
    this.arena.give(cell, cellSize)
    return true
  }

  private takeCell(entry: Entry, length: number): void {
    const { arena } = this
    entry.cellSize = Arena.sizeFor(length)
    entry.cell = arena.take(entry.cellSize)
    entry.keyBytes = arena.bytesOf(entry.cell)
    entry.keyAt = Arena.offsetOf(entry.cell)
  }
}
