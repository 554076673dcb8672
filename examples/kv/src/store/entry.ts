/** A key and what belongs to it: where its bytes lie. */

const NOTHING: Uint8Array = new Uint8Array(0)

export class Entry {
  /** The next one of the same bucket. */
  next: Entry | null = null
  /** When it is gone, in milliseconds since 1970; 0: never. Asked only where `slot` says that it is something. */
  expires = 0
  /** When it was used last, on the store's clock: an int32 that goes round. */
  used = 0
  /** Its place in the list of those that expire, -1 outside. */
  slot = -1
  /** The cell that has the key, and the value behind it where that is small; -1: they lie elsewhere. */
  cell = -1
  cellSize = 0
  keyBytes = NOTHING
  keyAt = 0
  keyLength = 0
  valueBytes = NOTHING
  valueAt = 0
  valueLength = 0

  constructor(readonly hash: number) {}

  /** A view: valid until the store changes. */
  get key(): Uint8Array {
    return this.keyBytes.subarray(this.keyAt, this.keyAt + this.keyLength)
  }

  /** A view: valid until the store changes, and for good when it is larger than what is changed in place. */
  get value(): Uint8Array {
    return this.valueBytes.subarray(this.valueAt, this.valueAt + this.valueLength)
  }
}

/** What an entry takes besides its bytes: the object, its share of the table, what its cell has too much. */
const ENTRY_BYTES = 160
/** What an array of its own takes besides its bytes. */
const ARRAY_BYTES = 160
/** Arrays from here on may have more memory than they show: see `Store.append`. */
const ROOMY = 8 * 1024

/** What it takes but for the value. */
export function keyMemory({ keyLength, cell }: Entry): number {
  return ENTRY_BYTES + keyLength + (cell < 0 ? ARRAY_BYTES : 0)
}

export function valueMemory({ valueBytes, valueLength, keyBytes, cell }: Entry): number {
  if (cell >= 0 && valueBytes === keyBytes) return valueLength
  return ARRAY_BYTES + (valueLength > ROOMY ? valueBytes.buffer.byteLength : valueLength)
}
