/** Patterns of KEYS and SCAN: `*`, `?`, `[a-z]`, `[^a]`, and a backslash before what is meant as it is. */

const STAR = 42
const ANY = 63
const OPEN = 91
const CLOSE = 93
const NOT = 94
const DASH = 45
const ESCAPE = 92

/** Linear in both but for `*`, of which only the last is tried again: no pattern makes it take forever. */
export function matches(pattern: Uint8Array, text: Uint8Array): boolean {
  let p = 0
  let t = 0
  let afterStar = -1
  let starText = 0
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === STAR) {
      afterStar = ++p
      starText = t
      continue
    }
    const next = p < pattern.length ? one(pattern, p, text[t]!) : -1
    if (next >= 0) {
      p = next
      t++
    } else if (afterStar >= 0) {
      p = afterStar
      t = ++starText
    } else {
      return false
    }
  }
  while (pattern[p] === STAR) p++
  return p === pattern.length
}

/** Does the pattern's element at `p` match `byte`? @returns where the next element is, -1 for no */
function one(pattern: Uint8Array, p: number, byte: number): number {
  const first = pattern[p]!
  if (first === ANY) return p + 1
  if (first === OPEN) return oneOf(pattern, p + 1, byte)
  const literal = first === ESCAPE && p + 1 < pattern.length ? p + 1 : p
  return pattern[literal] === byte ? literal + 1 : -1
}

function oneOf(pattern: Uint8Array, from: number, byte: number): number {
  const negated = pattern[from] === NOT
  let p = negated ? from + 1 : from
  let found = false
  for (; p < pattern.length && pattern[p] !== CLOSE; p++) {
    if (pattern[p] === ESCAPE && p + 1 < pattern.length) {
      if (pattern[++p] === byte) found = true
    } else if (pattern[p + 1] === DASH && p + 2 < pattern.length) {
      const a = pattern[p]!
      const b = pattern[p + 2]!
      if (byte >= Math.min(a, b) && byte <= Math.max(a, b)) found = true
      p += 2
    } else if (pattern[p] === byte) {
      found = true
    }
  }
  // A bracket that is not closed ends with the pattern.
  return found === negated ? -1 : Math.min(p + 1, pattern.length)
}
