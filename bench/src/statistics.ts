export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('the median of nothing')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** (largest - smallest) / median: how far the runs lay apart. */
export function spread(values: readonly number[]): number {
  const range = Math.max(...values) - Math.min(...values)
  return range === 0 ? 0 : range / median(values)
}

/**
 * The median of the per-round quotients, not the quotient of medians: what disturbs the machine for a while disturbs a whole
 * round, so that it falls out of the quotient. `null` when no round has both.
 */
export function pairwiseRatio(
  rounds: readonly ReadonlyMap<string, number>[],
  ours: string,
  other: string,
): number | null {
  const quotients: number[] = []
  for (const round of rounds) {
    const a = round.get(ours)
    const b = round.get(other)
    if (a !== undefined && b !== undefined && b !== 0) quotients.push(a / b)
  }
  return quotients.length === 0 ? null : median(quotients)
}
