/**
 * Extra buffers: beyond those of the rings, in a list whose links stand in the buffers themselves. At the end the list must hold every
 * buffer that is the program's, or the memory leaks (`bufs_head` of netmap.h).
 */
import type { Memory } from './memory.js'
import type { Ring } from './ring.js'
import type { RxQueue } from './rx.js'

/** A frame that was kept beyond its lease. */
export interface KeptFrame {
  readonly bytes: Uint8Array
  /** Gives the buffer back. What `bytes` shows then is no longer the frame. Once is enough. */
  free(): void
}

export class ExtraBuffers {
  private readonly idle: number[] = []
  private readonly kept = new Set<number>()
  private closed = false

  /** @param count how many were granted @param ring one of the port's, which says where buffers lie */
  constructor(
    private readonly memory: Memory,
    private readonly ring: Ring,
    count: number,
  ) {
    const { words, extraHead } = memory
    // No further than the count, and no buffer twice: the links are memory like any other.
    const seen = new Set<number>()
    let index = words[extraHead]!
    while (seen.size < count && ring.holds(index) && !seen.has(index)) {
      seen.add(index)
      index = words[ring.offset(index) >> 2]!
    }
    this.idle.push(...seen)
  }

  get count(): number {
    return this.idle.length + this.kept.size
  }

  /** The frame that `rx` has lent stays, and one of these buffers takes its place. @returns `null`: none is free @throws Corrupt */
  exchange(rx: RxQueue): KeptFrame | null {
    const spare = this.idle.pop()
    if (spare === undefined) return null
    const { offset, length, bytes } = rx
    const index = rx.exchange(0, spare)
    this.kept.add(index)
    return {
      bytes: bytes.subarray(offset, offset + length),
      free: () => {
        if (this.kept.delete(index) && !this.closed) this.idle.push(index)
      },
    }
  }

  /** The port closes. */
  giveBack(): void {
    this.closed = true
    const { words, extraHead } = this.memory
    let next = 0
    for (const index of [...this.idle, ...this.kept]) {
      words[this.ring.offset(index) >> 2] = next
      next = index
    }
    words[extraHead] = next
  }
}
