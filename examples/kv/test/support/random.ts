export type Random = (below: number) => number

/** The same sequence for the same seed (D. H. Lehmer's generator). */
export function randomFrom(seed: number): Random {
  let state = seed
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below
}
