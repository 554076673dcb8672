/**
 * Positions of the lossy ring: bytes since it began, in two words that a reader can look at while they change. An int32 alone comes
 * round after 4 GiB, and who slept for exactly that long would take old for new.
 *
 * The low word holds the lower 32 bits, the high word everything from bit 31 on: bit 31 is in both. The writer stores the high word
 * first, so that a reader who finds bit 31 different has the new high word and the old low one, and knows the old position.
 */

const HALF = 2 ** 31

/** How often a reader looks again when the high word changed meanwhile, which an honest writer does every 2 GiB. */
const LOOKS = 16

/** The high word that belongs to `position`. */
export function highOf(position: number): number {
  return Math.floor(position / HALF)
}

/** @returns the position in bytes, at some moment of the call; -1: the writer is none of ours */
export function loadPosition(words: Int32Array, low: number, high: number): number {
  let before = Atomics.load(words, high)
  for (let look = 0; look < LOOKS; look++) {
    const lower = Atomics.load(words, low)
    const after = Atomics.load(words, high)
    if (before === after) return join(lower, before)
    before = after
  }
  return -1
}

/** The value whose lower 32 bits are `low`, where `high` belongs to it or to one that is less than 2^31 larger. */
export function join(low: number, high: number): number {
  const own = low >>> 31 === (high & 1) ? high : high - 1
  return own * HALF + (low & (HALF - 1))
}

const scratch = new Int32Array(1)

/**
 * Everything that was read before the call was read before what is loaded (`Atomics.load`) after it: a store is behind the loads
 * before it, and the load is behind the store.
 */
export function readFence(): void {
  Atomics.store(scratch, 0, 0)
}
