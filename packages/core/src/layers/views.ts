/**
 * Many views on the same memory. `new Uint8Array(buffer, ...)` takes half the time of `subarray`, but asking an array for its
 * buffer takes as long as a view does: it is asked when a second view on the same array is wanted, and remembered.
 */
import { blockNumbers } from '../bytes/pool.js'

const NOTHING = new Uint8Array(0)
const NO_MEMORY: ArrayBufferLike = NOTHING.buffer
export const NO_DATA: DataView = new DataView(NO_MEMORY)

export class Views {
  /** Looked at last; its buffer is known if it was looked at before that. */
  private seen: Uint8Array = NOTHING
  private known: Uint8Array = NOTHING
  private buffer = NO_MEMORY
  private base = 0
  /** What `numbers` looks at, and what it answered. */
  private viewed: Uint8Array = NOTHING
  private dataView: DataView = NO_DATA

  /** What `bytes.subarray(from, from + length)` gives, which must lie in `bytes`. */
  at(bytes: Uint8Array, from: number, length: number): Uint8Array {
    if (bytes !== this.known && !this.knows(bytes)) return bytes.subarray(from, from + length)
    return new Uint8Array(this.buffer, this.base + from, length)
  }

  /** `bytes` as numbers of any size. */
  numbers(bytes: Uint8Array): DataView {
    if (bytes !== this.viewed) {
      this.dataView = blockNumbers(bytes) ?? new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      this.viewed = bytes
    }
    return this.dataView
  }

  /** Is the buffer of `bytes` known from now on? A block's need not be asked for. */
  private knows(bytes: Uint8Array): boolean {
    const block = blockNumbers(bytes)
    if (block === undefined && bytes !== this.seen) {
      this.seen = bytes
      return false
    }
    this.known = bytes
    this.buffer = block?.buffer ?? bytes.buffer
    this.base = block?.byteOffset ?? bytes.byteOffset
    return true
  }

  /** Keeps no memory from being collected any more. */
  forget(): void {
    this.seen = this.known = this.viewed = NOTHING
    this.buffer = NO_MEMORY
    this.dataView = NO_DATA
  }
}
