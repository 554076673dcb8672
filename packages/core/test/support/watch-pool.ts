/** Watches the pool that streams share: nothing may be given back twice, while it is in use, or that did not come from it. */
import { pool } from '@camio/core/spi'

export interface PoolWatch {
  /** Blocks that were taken and not given back. */
  readonly out: Set<Uint8Array>
  stop(): void
}

/** Only for tests that run alone in their file: the pool is one a thread. */
export function watchPool(): PoolWatch {
  const out = new Set<Uint8Array>()
  const { acquire, release } = pool
  pool.acquire = (size) => {
    const block = acquire.call(pool, size)
    if (out.has(block)) throw new Error('the pool handed out a block that is in use')
    out.add(block)
    return block
  }
  pool.release = (block) => {
    if (!out.delete(block)) throw new Error('a block came back that was not out')
    release.call(pool, block)
  }
  const stop = () => {
    pool.acquire = acquire
    pool.release = release
  }
  return { out, stop }
}
