/** Bytes of the protocol, and text in them. Keys, names and errors are bytes: latin1 keeps every one of them. */

export const CR = 13
export const LF = 10
export const DOLLAR = 36
export const STAR = 42
export const MINUS = 45
export const ZERO = 48

export function toBytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

export function toText(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}

/** The decimal digits of a number that fits a double exactly, or of a bigint. */
export function digits(value: number | bigint): Uint8Array {
  return toBytes(String(value))
}

/** Does `bytes[start, start + length)` say `word` (upper case), whatever its case? */
export function saysWord(bytes: Uint8Array, start: number, length: number, word: Uint8Array): boolean {
  if (length !== word.length) return false
  for (let i = 0; i < length; i++) if (upper(bytes[start + i]!) !== word[i]) return false
  return true
}

export function upper(byte: number): number {
  return byte >= 97 && byte <= 122 ? byte - 32 : byte
}
