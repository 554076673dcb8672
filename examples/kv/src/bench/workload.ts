/** Which keys, which values, in which order: all of it follows from the seed. */
import type { Request } from '../client/index.js'
import type { Plan } from './arguments.js'
import { keyOf } from './keys.js'

const SET = Buffer.from('SET')
const GET = Buffer.from('GET')
/** Of so many values one is compared byte by byte; of the others the number and the length. */
const SAMPLE = 64

export class Workload {
  readonly gets: readonly Request[]
  readonly sets: readonly Request[]
  private readonly values: readonly Buffer[]
  private state: number
  private checked = 0
  private readonly threshold: number

  constructor({ keys, keySize, valueSize, sets, seed }: Plan) {
    const numbers = Array.from({ length: keys }, (_, i) => i)
    const names = numbers.map((i) => Buffer.from(keyOf(i, keySize)))
    // A value each would be more memory than the keys are worth where values are large.
    this.values = numbers.slice(0, Math.max(1, Math.min(keys, MEMORY / valueSize))).map((i) => valueFor(i, valueSize))
    this.gets = names.map((name) => [GET, name])
    this.sets = names.map((name, i) => [SET, name, this.valueAt(i)])
    this.threshold = sets * 2 ** 32
    // Zero would stay zero.
    this.state = seed || 1
  }

  private valueAt(key: number): Buffer {
    return this.values[key % this.values.length]!
  }

  /** The next request's key. */
  nextKey(): number {
    return this.dice() % this.gets.length
  }

  nextIsSet(): boolean {
    return this.dice() < this.threshold
  }

  /** @returns whether this is what was set for `key` */
  check(key: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const value = this.valueAt(key)
    if (length !== value.length) return false
    if (++this.checked % SAMPLE === 0) return value.equals(bytes.subarray(offset, offset + length))
    return bytes[offset] === value[0] && bytes[offset + 1] === value[1] && bytes[offset + 7] === value[7]
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
function valueFor(i: number, size: number): Buffer {
  const value = Buffer.alloc(size, (i * 31 + 7) & 0xff)
  value.writeUInt32LE(i)
  return value
}
