/** Whom a ring wakes when the other side of it sleeps. */
export interface Bell {
  ring(): void
}

/** Why a ring cannot be used any more. */
export const Fault = {
  /** The other side wrote what no honest one writes. */
  CORRUPT: 'corrupt',
  /** The program transferred the ArrayBuffer of a lease or a claim: the memory is not ours any more. */
  DETACHED: 'detached',
} as const
export type Fault = (typeof Fault)[keyof typeof Fault]

/** Takes the flag down. @returns was it up? Only then there is somebody to wake. */
export function takeDown(words: Int32Array, flag: number): boolean {
  return Atomics.load(words, flag) !== 0 && Atomics.exchange(words, flag, 0) !== 0
}
