/**
 * Keys and values, bytes both. Knows nothing of protocols: commands ask it, the log listens to it.
 *
 * An expired key is gone for whoever asks, and is taken away then; {@link Store.sweep} takes those that nobody asks for.
 */
import { copyTo } from '../resp/request.js'
import { LARGEST_CELL } from './arena.js'
import { Cells } from './cells.js'
import { Entry, keyMemory, valueMemory } from './entry.js'
import { Expiring } from './expiring.js'
import { hashOf } from './hash.js'
import { Table } from './table.js'

/** Up to here a value is changed in place; replies are copies of such values, never views. */
const IN_PLACE = 8 * 1024
/** Milliseconds; fine enough to tell what was used longer ago. */
const TICK = 4
/** Keys that are looked at to find one that was not used for long; as in Redis. */
const SAMPLES = 5
/** Of so many that were looked at, a quarter expired: look on. */
const SWEEP = 20

/** Buckets that are tidied with every new key, and between two looks at the clock. */
const BUCKETS_A_KEY = 4
const BUCKETS = 256

/** Is told of every change, also of those that nobody asked for: what expired, what was evicted. */
export interface Journal {
  set(entry: Entry): void
  appended(entry: Entry, bytes: Uint8Array): void
  expiry(entry: Entry): void
  deleted(entry: Entry): void
  flushed(): void
}

export class Store {
  private readonly table = new Table()
  private cells = new Cells()
  private readonly expiring = new Expiring()
  journal: Journal | null = null
  private time = Date.now()
  /** The same in {@link TICK}s since the store was made: a small integer, which costs no object where an entry keeps it. */
  private tick = 0
  private readonly origin = this.time
  /** Bytes of keys, values and what holds them, but for cells that are free: see {@link reserved}. */
  memory = 0
  /** The cursor of {@link tidy}. */
  private tidied = 0
  /** `copies`: of values, into the store and out of it. */
  readonly counts = { hits: 0, misses: 0, expired: 0, evicted: 0, copies: 0 }

  /** Milliseconds since 1970, as of this turn of the event loop. */
  get now(): number {
    return this.time
  }
  set now(time: number) {
    this.time = time
    // While a log is read it is no time at all: what is there then was used before anything else.
    this.tick = Math.max(0, Math.floor((time - this.origin) / TICK)) | 0
  }

  get size(): number {
    return this.table.size
  }

  /** Bytes of memory for small keys and values, used or not. */
  get reserved(): number {
    return this.cells.bytes
  }

  get expirable(): number {
    return this.expiring.size
  }

  /** The entry, unless it has expired. */
  find(key: Uint8Array, start: number, length: number): Entry | null {
    const entry = this.table.find(key, start, length, hashOf(key, start, length))
    if (entry === null) return null
    if (entry.slot >= 0 && entry.expires <= this.time) return this.expire(entry)
    entry.used = this.tick
    return entry
  }

  private expire(entry: Entry): null {
    this.counts.expired++
    this.delete(entry)
    return null
  }

  /**
   * Sets `key` to `value[valueStart, +valueLength)`, which is copied unless `owned`: then `value` is the store's from now on.
   * @param expires when it is gone, in milliseconds since 1970; 0: never
   */
  set(
    key: Uint8Array,
    start: number,
    length: number,
    value: Uint8Array,
    valueStart: number,
    valueLength: number,
    owned: boolean,
    expires: number,
  ): void {
    const hash = hashOf(key, start, length)
    let entry = this.table.find(key, start, length, hash)
    if (entry !== null && entry.valueLength === valueLength && valueLength <= IN_PLACE) {
      copyTo(entry.valueBytes, entry.valueAt, value, valueStart, valueLength)
      this.counts.copies++
    } else {
      if (entry !== null) this.memory -= valueMemory(entry)
      entry ??= this.add(key, start, length, hash, valueLength)
      if (owned && value.length === valueLength && valueLength > LARGEST_CELL) {
        this.cells.putOwn(entry, value)
      } else {
        this.cells.putValue(entry, value, valueStart, valueLength)
        this.counts.copies++
      }
      this.memory += valueMemory(entry)
    }
    entry.used = this.tick
    if (expires !== 0 || entry.slot >= 0) this.setExpiry(entry, expires)
    this.journal?.set(entry)
  }

  /** Appends in place where there is room: what replies point at stays as it is. @returns the value's new length */
  append(entry: Entry, bytes: Uint8Array): number {
    const { value } = entry
    const length = value.length + bytes.length
    const grown = grow(value, length)
    grown.set(bytes, value.length)
    this.memory -= valueMemory(entry)
    if (length > IN_PLACE) this.cells.putOwn(entry, grown)
    else this.cells.putValue(entry, grown, 0, length)
    this.memory += valueMemory(entry)
    this.journal?.appended(entry, bytes)
    return length
  }

  delete(entry: Entry): void {
    this.table.remove(entry)
    this.expiring.remove(entry)
    this.memory -= keyMemory(entry) + valueMemory(entry)
    this.journal?.deleted(entry)
    this.cells.release(entry)
  }

  expireAt(entry: Entry, expires: number): void {
    this.setExpiry(entry, expires)
    this.journal?.expiry(entry)
  }

  clear(): void {
    this.table.clear()
    this.expiring.clear()
    this.cells = new Cells()
    this.tidied = 0
    this.memory = 0
    this.journal?.flushed()
  }

  /** See `Table.scan`: what has expired is left out. */
  scan(cursor: number, visit: (entry: Entry) => void): number {
    return this.table.scan(cursor, (entry) => {
      if (entry.slot < 0 || entry.expires > this.time) visit(entry)
    })
  }

  /** Every entry that has not expired. */
  each(visit: (entry: Entry) => void): void {
    let cursor = 0
    do cursor = this.scan(cursor, visit)
    while (cursor !== 0)
  }

  /** Any key that has not expired, or `null`. */
  random(): Entry | null {
    while (this.table.size > 0) {
      const entry = this.table.random()
      if (entry.slot < 0 || entry.expires > this.time) return entry
      this.expire(entry)
    }
    return null
  }

  /** Takes away expired keys that nobody asks for, and tidies up, for `budget` milliseconds at most. */
  sweep(budget: number): void {
    const stop = performance.now() + budget
    let gone: number
    do {
      gone = 0
      for (let i = 0; i < SWEEP && this.expiring.size > 0; i++) {
        const entry = this.expiring.random()
        if (entry.expires > this.time) continue
        this.expire(entry)
        gone++
      }
    } while (gone > SWEEP / 4 && performance.now() < stop)
    while (this.cells.moving && performance.now() < stop) this.tidy(BUCKETS)
  }

  /** Moves the entries of some buckets, where memory for small ones has become too sparse. */
  private tidy(buckets: number): void {
    const { cells, table } = this
    for (let left = buckets; cells.moving && left > 0; left--) {
      this.tidied = table.scan(this.tidied, this.move)
      if (this.tidied === 0) cells.moved()
    }
  }

  private readonly move = (entry: Entry): void => this.cells.move(entry)

  /** Takes away the key that was not used for longest among a few. @returns `false` when there is none */
  evict(): boolean {
    if (this.table.size === 0) return false
    let oldest = this.table.random()
    for (let i = 1; i < SAMPLES; i++) {
      const other = this.table.random()
      // A difference, so that the clock may go round.
      if (((other.used - oldest.used) | 0) < 0) oldest = other
    }
    this.counts.evicted++
    this.delete(oldest)
    return true
  }

  private add(key: Uint8Array, start: number, length: number, hash: number, valueLength: number): Entry {
    this.tidy(BUCKETS_A_KEY)
    const entry = new Entry(hash)
    this.cells.putKey(entry, key, start, length, valueLength)
    this.table.add(entry)
    this.memory += keyMemory(entry)
    return entry
  }

  private setExpiry(entry: Entry, expires: number): void {
    entry.expires = expires
    if (expires === 0) this.expiring.remove(entry)
    else this.expiring.add(entry)
  }
}

/** `value` and room behind it, up to `length`: the same memory where it has that room. */
function grow(value: Uint8Array, length: number): Uint8Array {
  // Asking a small array for its buffer would move it out of the heap.
  if (value.length > IN_PLACE && value.buffer.byteLength >= length) return new Uint8Array(value.buffer, 0, length)
  // Whoever appends to a large value once does it again.
  const made = length > IN_PLACE ? new Uint8Array(new ArrayBuffer(length * 2), 0, length) : new Uint8Array(length)
  made.set(value)
  return made
}
