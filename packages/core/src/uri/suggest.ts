/** The nearest valid name to a mistyped one, for error messages. */

/** Edit distance (Levenshtein), by rows. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitute = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substitute, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}

/** @returns the candidate that is nearest to `name`, or `null` if there are none */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  const wanted = name.slice(0, 64).toLowerCase()
  let best: string | null = null
  let least = Infinity
  for (const candidate of candidates) {
    const d = distance(wanted, candidate.toLowerCase())
    if (d < least) {
      least = d
      best = candidate
    }
  }
  return best
}
