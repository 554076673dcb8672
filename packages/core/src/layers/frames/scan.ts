/** Looking for the byte that ends a frame. */

/** Below this a plain loop is faster than a view and a call into the engine. */
const SHORT = 96

/** @returns where `byte` is in `bytes[from, to)`, or -1 */
export function indexOfByte(bytes: Uint8Array, byte: number, from: number, to: number): number {
  const near = Math.min(to, from + SHORT)
  for (let i = from; i < near; i++) if (bytes[i] === byte) return i
  if (near === to) return -1
  const at = bytes.subarray(near, to).indexOf(byte)
  return at < 0 ? -1 : near + at
}
