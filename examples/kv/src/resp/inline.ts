/** Inline commands: a line of words, for people with a terminal. Quotes and escapes as redis-cli has them. */
import { toBytes, toText } from './ascii.js'

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }
const WORD = /[^ \t-\r"'\0]+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy
const GAP = /[ \t-\r\0]*/y

/** @returns the words, `null` where a quote is not closed, or is closed in front of something that is no space */
export function splitWords(line: Uint8Array): Uint8Array[] | null {
  const text = toText(line)
  const words: Uint8Array[] = []
  let at = skipGap(text, 0)
  while (at < text.length) {
    let word = ''
    do {
      WORD.lastIndex = at
      const piece = WORD.exec(text)?.[0]
      if (piece === undefined) return null
      at += piece.length
      word += unquote(piece)
      if (isQuoted(piece) && at < text.length && skipGap(text, at) === at) return null
    } while (at < text.length && skipGap(text, at) === at)
    words.push(toBytes(word))
    at = skipGap(text, at)
  }
  return words
}

function skipGap(text: string, at: number): number {
  GAP.lastIndex = at
  return at + GAP.exec(text)![0].length
}

function isQuoted(piece: string): boolean {
  return piece[0] === '"' || piece[0] === "'"
}

function unquote(piece: string): string {
  if (piece[0] === "'") return piece.slice(1, -1).replaceAll("\\'", "'")
  if (piece[0] !== '"') return piece
  return piece
    .slice(1, -1)
    .replace(/\\(x[0-9a-fA-F]{2}|.)/gs, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? code),
    )
}
