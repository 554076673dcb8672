/** Where an entry's bytes are put: in one cell, key and value beside each other, while both are small; else in arrays of their own. */
import { copyOf, copyTo } from '../resp/request.js'
import { Arena, LARGEST_CELL } from './arena.js'
import type { Entry } from './entry.js'

export class Cells {
  private arena = new Arena(0)
  /** What was retired, until nothing lies in it. */
  private old: Arena | null = null

  /** Bytes of memory that cells have, free ones included. */
  get bytes(): number {
    return this.arena.bytes + (this.old?.bytes ?? 0)
  }

  /** Must entries be moved? Every one, then {@link moved}. */
  get moving(): boolean {
    return this.old !== null
  }

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
    this.give(entry.cell, entry.cellSize)
    entry.cell = -1
  }

  /** Away from what was retired. What points into that is good for as long as somebody has it: nothing is written there any more. */
  move(entry: Entry): void {
    const { cell, cellSize, keyBytes, keyAt, keyLength, valueBytes, valueLength } = entry
    if (cell < 0 || Arena.markOf(cell) === this.arena.mark) return
    const together = valueBytes === keyBytes
    const length = keyLength + (together ? valueLength : 0)
    this.takeCell(entry, length)
    copyTo(entry.keyBytes, entry.keyAt, keyBytes, keyAt, length)
    if (together) {
      entry.valueBytes = entry.keyBytes
      entry.valueAt = entry.keyAt + keyLength
    }
    this.give(cell, cellSize)
  }

  /** All entries were moved. */
  moved(): void {
    if (this.old?.used === 0) this.old = null
  }

  private give(cell: number, size: number): void {
    const { arena } = this
    if (Arena.markOf(cell) !== arena.mark) {
      this.old!.give(cell, size)
      return
    }
    arena.give(cell, size)
    if (this.old !== null || !arena.sparse) return
    arena.retire()
    this.old = arena
    this.arena = new Arena(arena.mark === 0 ? 1 : 0)
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
    this.give(cell, cellSize)
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
