/**
 * Memory for small keys and values: cells in large arrays. An array of its own costs a key of 16 bytes 150 more, and every look at it
 * three lines of the cache instead of one.
 *
 * A cell that is given back is used again for what needs one of the same size. Where other sizes are wanted than before that is of no
 * use: an arena that is {@link Arena.sparse} is retired, and what lies in it moves to another one.
 */
const CHUNK_BITS = 20
const CHUNK = 1 << CHUNK_BITS
const STEP = 16

/** The largest cell. */
export const LARGEST_CELL = 256

/** A smaller arena is not worth moving. */
const WORTH_MOVING = 8 * CHUNK

/** There are two at a time at most. Cells begin at multiples of {@link STEP}, and so have room for their arena's mark. */
export type Mark = 0 | 1

export class Arena {
  private readonly chunks: Uint8Array[] = []
  /** Where the current chunk is free from. */
  private next = CHUNK
  /** By size in {@link STEP}s: the cells that are free. */
  private free: number[][] = Array.from({ length: LARGEST_CELL / STEP + 1 }, () => [])
  private retired = false
  /** Bytes of cells that are taken. */
  used = 0

  constructor(readonly mark: Mark) {}

  static markOf(cell: number): Mark {
    return (cell & 1) as Mark
  }

  /** Bytes of memory that it has. */
  get bytes(): number {
    return this.chunks.length * CHUNK
  }

  /** Is more than a third of it free cells? */
  get sparse(): boolean {
    return this.bytes >= WORTH_MOVING && this.used * 3 < this.bytes * 2
  }

  /** Nothing is taken from it any more. */
  retire(): void {
    this.retired = true
    this.free = []
  }

  /** How large a cell for so many bytes is. */
  static sizeFor(length: number): number {
    return length === 0 ? STEP : (length + STEP - 1) & -STEP
  }

  /** @param size of {@link sizeFor} @returns a cell's number */
  take(size: number): number {
    this.used += size
    const cell = this.free[size / STEP]!.pop()
    if (cell !== undefined) return cell
    if (this.next + size > CHUNK) {
      this.chunks.push(new Uint8Array(CHUNK))
      this.next = 0
    }
    const offset = this.next
    this.next += size
    return (this.chunks.length - 1) * CHUNK + offset + this.mark
  }

  give(cell: number, size: number): void {
    this.used -= size
    if (!this.retired) this.free[size / STEP]!.push(cell)
  }

  /** The array that the cell lies in, from {@link offsetOf} on. */
  bytesOf(cell: number): Uint8Array {
    return this.chunks[Math.floor(cell / CHUNK)]!
  }

  static offsetOf(cell: number): number {
    return (cell % CHUNK) & -STEP
  }
}
