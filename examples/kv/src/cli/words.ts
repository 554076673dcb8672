/** A line as words, by the rules of redis-cli: "quoted" with escapes, 'quoted' with \\' only. */

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, a: 7 }
const BLANK = /\s/

/** @returns bytes, for "\\xff" is one; `null` where quotes do not match */
export function wordsOf(line: string): Buffer[] | null {
  const words: Buffer[] = []
  for (let at = skipBlanks(line, 0); at < line.length; at = skipBlanks(line, at)) {
    const word = wordAt(line, at)
    if (word === null) return null
    words.push(Buffer.concat(word.parts))
    at = word.end
  }
  return words
}

function skipBlanks(line: string, at: number): number {
  while (at < line.length && BLANK.test(line[at]!)) at++
  return at
}

interface Word {
  readonly parts: readonly Buffer[]
  readonly end: number
}

/** A quote may begin anywhere in a word, and must end it. */
function wordAt(line: string, at: number): Word | null {
  const parts: Buffer[] = []
  while (at < line.length && !BLANK.test(line[at]!)) {
    const quote = line[at]!
    if (quote === '"' || quote === "'") {
      const quoted = quotedAt(line, at + 1, quote)
      if (quoted === null || (quoted.end < line.length && !BLANK.test(line[quoted.end]!))) return null
      return { parts: [...parts, ...quoted.parts], end: quoted.end }
    }
    const whole = String.fromCodePoint(line.codePointAt(at)!)
    parts.push(Buffer.from(whole))
    at += whole.length
  }
  return { parts, end: at }
}

function quotedAt(line: string, at: number, quote: string): Word | null {
  const parts: Buffer[] = []
  while (at < line.length) {
    if (line[at] === quote) return { parts, end: at + 1 }
    const escaped = line[at] === '\\' ? escapeAt(line, at, quote) : null
    const whole = String.fromCodePoint(line.codePointAt(at)!)
    parts.push(escaped?.byte ?? Buffer.from(whole))
    at = escaped?.end ?? at + whole.length
  }
  return null
}

function escapeAt(line: string, at: number, quote: string): { byte: Buffer; end: number } | null {
  const next = line[at + 1]
  if (next === undefined) return null
  if (quote === "'") return next === "'" ? { byte: Buffer.from("'"), end: at + 2 } : null
  const hex = /^x([0-9a-fA-F]{2})/.exec(line.slice(at + 1, at + 4))?.[1]
  if (hex !== undefined) return { byte: Buffer.from(hex, 'hex'), end: at + 4 }
  const code = ESCAPES[next]
  const whole = String.fromCodePoint(line.codePointAt(at + 1)!)
  return { byte: code === undefined ? Buffer.from(whole) : Buffer.of(code), end: at + 1 + whole.length }
}
