/** A key and what belongs to it. */

export class Entry {
  /** The next one of the same bucket. */
  next: Entry | null = null
  /** When it is gone, in milliseconds since 1970; 0: never. Asked only where `slot` says that it is something. */
  expires = 0
  /** When it was used last, on the store's clock: an int32 that goes round. */
  used = 0
  /** Its place in the list of those that expire, -1 outside. */
  slot = -1

  /**
   * @param key memory of the entry's own, never changed
   * @param value memory of the entry's own: longer ones are replaced, never changed, because replies may still point at them
   */
  constructor(
    readonly key: Uint8Array,
    readonly hash: number,
    public value: Uint8Array,
  ) {}
}

/** What an entry takes besides its bytes: the objects, and its share of the table. Half a million entries take about 510 each. */
export const ENTRY_BYTES = 500
