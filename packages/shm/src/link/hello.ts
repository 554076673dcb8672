/**
 * What the two ends tell each other when they meet, 16 int32s each way: the one who connects first, the owner of the name then. With
 * it goes the memory that the sender lends. Whoever reads from a ring makes its memory; of a lossy ring the writer does.
 */
import { NO_MEMORY } from '../binding.js'
import { ANY, type Token } from './token.js'

/** "CIO1" */
const MAGIC = 0x314f4943
export const VERSION = 1

/** How the owner of a name shares it; bits, because who connects may take more than one. `ADVERT`: nothing, it asks who that is. */
export const Kind = { DUPLEX: 1, STRICT: 2, LOSSY: 4, ADVERT: 8 } as const
export type Kind = (typeof Kind)[keyof typeof Kind]

export const Status = {
  OK: 0,
  /** Another user, who is not allowed. */
  DENIED: 1,
  VERSION: 2,
  /** The name is shared in another way than was asked for. */
  KIND: 3,
  /** Neither end would read what the other writes. */
  NOTHING: 4,
  /** The owner is not the one that was expected. */
  OTHER: 5,
  /** The owner has not the means: memory, descriptors. */
  FAILED: 6,
} as const

export interface Hello {
  readonly status: number
  readonly kind: number
  readonly reads: boolean
  readonly writes: boolean
  /** The memory's slot here, or `NO_MEMORY`. */
  readonly memory: number
  /** Its bytes, 0 for none. */
  readonly length: number
  /** Of a lossy ring: where it is at the moment, in bytes and in messages. */
  readonly position: number
  readonly sequence: number
  /** Of the listener that is expected; zeros: any. */
  readonly token: Token
}

/** What a hello says by itself. */
export type Said = Omit<Hello, 'memory' | 'token'>

const WORDS = 16
/** The token's first word. */
const TOKEN = 10
const READS = 1
const WRITES = 2

/** Room for a hello, and for the memory's slot that comes with it. */
export function helloRoom(): Int32Array {
  return new Int32Array(WORDS + 1)
}

export function encodeHello(hello: Said, token: Token = ANY): Int32Array {
  const { status, kind, reads, writes, length, position, sequence } = hello
  const words = new Int32Array(WORDS)
  words.set([MAGIC, VERSION, status, kind, (reads ? READS : 0) | (writes ? WRITES : 0), length])
  words.set([position % 2 ** 32, Math.floor(position / 2 ** 32), sequence % 2 ** 32, Math.floor(sequence / 2 ** 32)], 6)
  words.set(token, TOKEN)
  return words
}

/** What the beginning is says what the rest means. */
export type Decoded = Hello | { readonly stranger: true } | { readonly version: number }

export function decodeHello(words: Int32Array): Decoded {
  if (words[0] !== MAGIC) return { stranger: true }
  if (words[1] !== VERSION) return { version: words[1]! }
  const sides = words[4]!
  return {
    status: words[2]!,
    kind: words[3]!,
    reads: (sides & READS) !== 0,
    writes: (sides & WRITES) !== 0,
    memory: words[WORDS] ?? NO_MEMORY,
    length: words[5]!,
    position: bigger(words[6]!, words[7]!),
    sequence: bigger(words[8]!, words[9]!),
    token: words.slice(TOKEN, TOKEN + ANY.length),
  }
}

function bigger(low: number, high: number): number {
  return (low >>> 0) + high * 2 ** 32
}
