/**
 * Blocks of memory by power-of-two size, kept for the next stream that needs one: ten thousand idle streams then hold none.
 * One pool a thread. Blocks are not cleared: they stay within the process.
 */
import { List } from '../list.js'

const SMALLEST = 4096
/** Bytes of unused blocks that are kept, all sizes together. */
const KEEP = 32 * 1024 * 1024

export class BlockPool {
  private readonly free: Array<List<Uint8Array>> = []
  private kept = 0

  constructor(private readonly keep = KEEP) {}

  /** A block of at least `size` bytes: a power of two, 4 KiB or more. */
  acquire(size: number): Uint8Array {
    const index = sizeClass(size)
    const block = this.list(index).pop()
    if (block === undefined) return allocate(SMALLEST * 2 ** index)
    this.kept -= block.length
    return block
  }

  /** Gives back a block that `acquire` returned. */
  release(block: Uint8Array): void {
    if (this.kept + block.length > this.keep) return
    this.kept += block.length
    this.list(sizeClass(block.length)).push(block)
  }

  private list(index: number): List<Uint8Array> {
    while (this.free.length <= index) this.free.push(new List())
    return this.free[index]!
  }
}

function sizeClass(size: number): number {
  return size <= SMALLEST ? 0 : 32 - Math.clz32((size - 1) >>> 12)
}

/**
 * The pool's blocks as numbers of any size. A view that a stream with little to say makes anew for every message costs as much as the
 * rest of what is done for it; a block is taken from the pool and given back as often, and stays the same.
 */
const numbers = new WeakMap<Uint8Array, DataView>()

/** `bytes` as numbers of any size, `undefined` if they are no block of a pool. */
export function blockNumbers(bytes: Uint8Array): DataView | undefined {
  return numbers.get(bytes)
}

/** A plain Uint8Array (its `subarray` is twice as fast as Buffer's) over memory that was not cleared first. */
function allocate(size: number): Uint8Array {
  const { buffer } = Buffer.allocUnsafeSlow(size)
  const block = new Uint8Array(buffer, 0, size)
  numbers.set(block, new DataView(buffer, 0, size))
  return block
}

export const pool = new BlockPool()
