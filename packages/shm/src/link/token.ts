/** The token of a listener's advert as it goes into a hello: 128 bits, in four words. */
import { createHash } from 'node:crypto'

export type Token = Int32Array

const BYTES = 16

/** Whoever has the name will do. */
export const ANY: Token = new Int32Array(BYTES / 4)

/** Tokens of any length and form become 128 bits. */
export function packToken(token: string | undefined): Token {
  if (token === undefined) return ANY
  const digest = createHash('sha256').update(token).digest()
  return new Int32Array(new Uint8Array(digest).slice(0, BYTES).buffer)
}

export function sameToken(a: Token, b: Token): boolean {
  return a.every((word, i) => word === b[i])
}
