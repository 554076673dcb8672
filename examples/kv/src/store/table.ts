/**
 * A hash table of entries that grows and shrinks a little with every change, so that nobody waits for a table of millions to be
 * rebuilt, and whose cursor (see {@link Table.scan}) survives that. Both ideas are those of Redis's dict.c (P. Noordhuis's cursor).
 */
import type { Entry } from './entry.js'

const SMALLEST = 16
/** Buckets that move with every change, and those that may turn out empty. */
const MOVES = 2
const LOOKS = 20

type Buckets = Array<Entry | null>

export class Table {
  private buckets: Buckets = fresh(SMALLEST)
  /** The table that entries are moving to, bucket by bucket from 0 to `moved`; `null` between two moves. */
  private target: Buckets | null = null
  private moved = 0
  size = 0

  find(key: Uint8Array, start: number, length: number, hash: number): Entry | null {
    const { buckets, target } = this
    const found = findIn(buckets[hash & (buckets.length - 1)]!, key, start, length, hash)
    if (found !== null || target === null) return found
    return findIn(target[hash & (target.length - 1)]!, key, start, length, hash)
  }

  /** The key must not be there yet. */
  add(entry: Entry): void {
    this.step()
    const into = this.target ?? this.buckets
    const at = entry.hash & (into.length - 1)
    entry.next = into[at]!
    into[at] = entry
    this.size++
    if (this.target === null && this.size > this.buckets.length) this.resize(this.buckets.length * 2)
  }

  remove(entry: Entry): void {
    if (!unlink(this.buckets, entry)) unlink(this.target!, entry)
    this.size--
    this.step()
    if (this.target === null && this.size * 8 < this.buckets.length && this.buckets.length > SMALLEST) {
      this.resize(this.buckets.length / 2)
    }
  }

  clear(): void {
    this.buckets = fresh(SMALLEST)
    this.target = null
    this.size = 0
  }

  /**
   * Visits one bucket, or what became of it, beginning with cursor 0. Whatever is in the table from the first call until 0 comes back
   * is visited at least once, however often the table changes its size meanwhile: the cursor counts with its bits reversed, so that a
   * larger table's buckets follow those of the smaller one that they come from. `visit` itself must not change the table.
   * @returns the next cursor, an unsigned 32-bit number; 0 at the end
   */
  scan(cursor: number, visit: (entry: Entry) => void): number {
    const { buckets, target } = this
    if (target === null) {
      visitAll(buckets[cursor & (buckets.length - 1)]!, visit)
      return nextCursor(cursor, buckets.length - 1)
    }
    const [small, large] = buckets.length < target.length ? [buckets, target] : [target, buckets]
    const smallMask = small.length - 1
    const largeMask = large.length - 1
    visitAll(small[cursor & smallMask]!, visit)
    let at = cursor
    do {
      visitAll(large[at & largeMask]!, visit)
      at = nextCursor(at, largeMask)
    } while ((at & (smallMask ^ largeMask)) !== 0)
    return at
  }

  /** Any entry, about as likely as any other; the table must not be empty. */
  random(): Entry {
    for (;;) {
      const from = this.target === null || Math.random() < 0.5 ? this.buckets : this.target
      const first = from[Math.floor(Math.random() * from.length)]!
      if (first !== null) return pick(first)
    }
  }

  private resize(length: number): void {
    this.target = fresh(length)
    this.moved = 0
  }

  private step(): void {
    const { buckets, target } = this
    if (target === null) return
    let moves = MOVES
    for (let looks = LOOKS; looks > 0 && moves > 0 && this.moved < buckets.length; looks--) {
      if (moveAll(buckets, this.moved++, target)) moves--
    }
    if (this.moved < buckets.length) return
    this.buckets = target
    this.target = null
  }
}

function fresh(length: number): Buckets {
  return new Array<Entry | null>(length).fill(null)
}

function findIn(first: Entry | null, key: Uint8Array, start: number, length: number, hash: number): Entry | null {
  for (let entry = first; entry !== null; entry = entry.next) {
    if (entry.hash === hash && isKey(entry, key, start, length)) return entry
  }
  return null
}

function isKey({ keyBytes, keyAt, keyLength }: Entry, key: Uint8Array, start: number, length: number): boolean {
  if (keyLength !== length) return false
  for (let i = 0; i < length; i++) if (keyBytes[keyAt + i] !== key[start + i]) return false
  return true
}

function unlink(buckets: Buckets, entry: Entry): boolean {
  const at = entry.hash & (buckets.length - 1)
  let before: Entry | null = null
  for (let one: Entry | null = buckets[at]!; one !== null; before = one, one = one.next) {
    if (one !== entry) continue
    if (before === null) buckets[at] = entry.next
    else before.next = entry.next
    entry.next = null
    return true
  }
  return false
}

/** @returns whether there was anything to move */
function moveAll(from: Buckets, at: number, to: Buckets): boolean {
  const first: Entry | null = from[at]!
  from[at] = null
  for (let entry: Entry | null = first; entry !== null; ) {
    const { next }: Entry = entry
    const place = entry.hash & (to.length - 1)
    entry.next = to[place]!
    to[place] = entry
    entry = next
  }
  return first !== null
}

function visitAll(first: Entry | null, visit: (entry: Entry) => void): void {
  for (let entry = first; entry !== null; entry = entry.next) visit(entry)
}

function nextCursor(cursor: number, mask: number): number {
  return reversed((reversed(cursor | ~mask) + 1) >>> 0)
}

function reversed(bits: number): number {
  let v = bits
  v = ((v >>> 1) & 0x55555555) | ((v & 0x55555555) << 1)
  v = ((v >>> 2) & 0x33333333) | ((v & 0x33333333) << 2)
  v = ((v >>> 4) & 0x0f0f0f0f) | ((v & 0x0f0f0f0f) << 4)
  v = ((v >>> 8) & 0x00ff00ff) | ((v & 0x00ff00ff) << 8)
  return ((v >>> 16) | (v << 16)) >>> 0
}

function pick(first: Entry): Entry {
  let length = 0
  for (let entry: Entry | null = first; entry !== null; entry = entry.next) length++
  let entry = first
  for (let i = Math.floor(Math.random() * length); i > 0; i--) entry = entry.next!
  return entry
}
