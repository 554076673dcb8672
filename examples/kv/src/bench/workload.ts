/** Which keys, which values, in which order: all of it follows from the seed. */
import type { Request } from '../client/index.js'
import type { Plan } from './arguments.js'
import { keyOf } from './keys.js'

const SET = Buffer.from('SET')
const ZERO = 48
const GET = Buffer.from('GET')
/** Of so many values one is compared byte by byte; of the others the number and the length. */
const SAMPLE = 64

export class Workload {
  /** One request of each kind, with the key written into it anew each time: so many keys would have to be fetched from memory. */
  private readonly key: Buffer
  private readonly digits: number
  private readonly theGet: Request
  private readonly theSet: [Buffer, Buffer, Buffer]
  private readonly values: readonly Buffer[]
  private state: number
  private checked = 0
  private readonly threshold: number
  private readonly keys: number
  private readonly valueSize: number

  constructor({ keys, keySize, valueSize, sets, seed }: Plan) {
    this.key = Buffer.from(keyOf(0, keySize))
    this.digits = String(keys - 1).length
    // A value each would be more memory than the keys are worth where values are large.
    const distinct = Math.max(1, Math.min(keys, Math.floor(MEMORY / valueSize)))
    this.values = Array.from({ length: distinct }, (_, i) => valueFor(i, valueSize))
    this.theGet = [GET, this.key]
    this.theSet = [SET, this.key, this.valueAt(0)]
    this.keys = keys
    this.valueSize = valueSize
    this.threshold = sets * 2 ** 32
    // Zero would stay zero.
    this.state = seed || 1
  }

  valueAt(key: number): Buffer {
    return this.values[key % this.values.length]!
  }

  /** Good until the next one is asked for. */
  get(key: number): Request {
    this.writeKey(key)
    return this.theGet
  }

  /** Good until the next one is asked for. */
  set(key: number): Request {
    this.writeKey(key)
    this.theSet[2] = this.valueAt(key)
    return this.theSet
  }

  /** As `keyOf` has it. */
  private writeKey(key: number): void {
    const { length } = this.key
    let rest = key
    for (let at = length - 1; at >= length - this.digits; at--) {
      const tenth = (rest / 10) | 0
      this.key[at] = ZERO + rest - tenth * 10
      rest = tenth
    }
  }

  /** The next request's key. */
  nextKey(): number {
    return this.dice() % this.keys
  }

  nextIsSet(): boolean {
    return this.dice() < this.threshold
  }

  /** @returns whether this is what was set for `key` */
  check(key: number, bytes: Uint8Array, offset: number, length: number): boolean {
    if (length !== this.valueSize) return false
    if (++this.checked % SAMPLE === 0) return this.valueAt(key).equals(bytes.subarray(offset, offset + length))
    // Not out of the value, which would have to be fetched from memory each time.
    const number = key % this.values.length
    return (
      bytes[offset] === (number & 0xff) &&
      bytes[offset + 1] === ((number >> 8) & 0xff) &&
      bytes[offset + 7] === filling(number)
    )
  }

  /** Xorshift: good enough to spread keys, and two nanoseconds. */
  private dice(): number {
    let x = this.state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.state = x
    return x >>> 0
  }
}

const MEMORY = 64 * 1024 * 1024

function filling(i: number): number {
  return (i * 31 + 7) & 0xff
}

/** Its number, and a byte that follows from it. */
function valueFor(i: number, size: number): Buffer {
  const value = Buffer.alloc(size, filling(i))
  value.writeUInt32LE(i)
  return value
}
