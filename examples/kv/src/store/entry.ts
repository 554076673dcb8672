/** A key and what belongs to it. */

export class Entry {
  /** The next one of the same bucket. */
  next: Entry | null = null
  /** When it is gone, in milliseconds since 1970; 0: never. */
  expires = 0
  /** When it was used last, on the store's clock. */
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

/** What an entry takes besides its bytes: the objects, and its share of the table. Measured by test/memory.test.ts. */
export const ENTRY_BYTES = 320
