export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of nothing')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** (largest - smallest) / median: how far the runs lay apart. 0 where the median is 0, which is no measure. */
export function spread(values: readonly number[]): number {
  const range = Math.max(...values) - Math.min(...values)
  const middle = median(values)
  return range === 0 || middle === 0 ? 0 : range / middle
}

type Rounds = readonly ReadonlyMap<string, number>[]

/**
 * The median of the per-round quotients, not the quotient of medians: what disturbs the machine for a while disturbs a whole
 * round, so that it falls out of the quotient. `null` when no round has both.
 */
export function pairwiseRatio(rounds: Rounds, ours: string, other: string): number | null {
  return pairwise(rounds, ours, other, (a, b) => (b === 0 ? null : a / b))
}

/** The same for ours - other. */
export function pairwiseDifference(rounds: Rounds, ours: string, other: string): number | null {
  return pairwise(rounds, ours, other, (a, b) => a - b)
}

function pairwise(
  rounds: Rounds,
  ours: string,
  other: string,
  compare: (a: number, b: number) => number | null,
): number | null {
  const values: number[] = []
  for (const round of rounds) {
    const a = round.get(ours)
    const b = round.get(other)
    const value = a === undefined || b === undefined ? null : compare(a, b)
    if (value !== null) values.push(value)
  }
  return values.length === 0 ? null : median(values)
}
