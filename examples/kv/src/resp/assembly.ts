/**
 * A large request, collected piece by piece: each argument goes from the lease into memory of its own, by one copy, and the lease
 * is given back as it comes. Values of hundreds of megabytes never need a lease of that size, and a store may keep that memory.
 */
import { CR, LF } from './ascii.js'
import { copyOf } from './request.js'
import { BROKEN, INCOMPLETE, type RequestLimits, type RequestParser } from './request-parser.js'

/** A request of which this much is there already, or whose next argument is larger, is not waited for in a lease. */
const WORTH_IT = 32 * 1024

export class Assembly {
  private readonly parts: Uint8Array[] = []
  private readonly expected: number
  private filling: Uint8Array | null = null
  private filled = 0
  private total: number

  /** Takes over where `parser` answered {@link INCOMPLETE}. */
  constructor(private readonly parser: RequestParser) {
    const { request } = parser
    this.expected = parser.expected
    this.total = 0
    for (let i = 0; i < request.count; i++) {
      this.parts.push(copyOf(request.sources[i]!, request.starts[i]!, request.lengths[i]!))
      this.total += request.lengths[i]!
    }
  }

  /** Is what `parser` found incomplete better collected than waited for? */
  static suits(parser: RequestParser, from: number, end: number): boolean {
    return parser.expected > 0 && (end - from > WORTH_IT || parser.total > WORTH_IT)
  }

  /** Set by {@link feed}: everything up to here was taken. */
  at = 0

  /** @returns the end of the request, {@link INCOMPLETE} or {@link BROKEN}; the whole request is then in `parser.request` */
  feed(bytes: Uint8Array, from: number, end: number, limits: RequestLimits): number {
    this.at = from
    while (this.parts.length < this.expected) {
      if (this.filling === null) {
        const verdict = this.begin(bytes, end, limits)
        if (verdict < 0) return verdict
      }
      const verdict = this.fill(bytes, end)
      if (verdict < 0) return verdict
    }
    const { request } = this.parser
    request.clear()
    for (const part of this.parts) request.push(part, 0, part.length)
    request.owned = true
    return this.at
  }

  private begin(bytes: Uint8Array, end: number, limits: RequestLimits): number {
    const { parser } = this
    parser.total = this.total
    const length = parser.bulkHeader(bytes, this.at, end, limits)
    if (length < 0) return length
    this.total = parser.total
    this.at = parser.dataStart
    this.filled = 0
    try {
      this.filling = new Uint8Array(length)
    } catch {
      return parser.broken(`no memory for ${length} bytes`)
    }
    return 0
  }

  private fill(bytes: Uint8Array, end: number): number {
    const target = this.filling!
    const count = Math.min(end - this.at, target.length - this.filled)
    target.set(bytes.subarray(this.at, this.at + count), this.filled)
    this.filled += count
    this.at += count
    if (this.filled < target.length || end - this.at < 2) return INCOMPLETE
    if (bytes[this.at] !== CR || bytes[this.at + 1] !== LF) {
      this.parser.broken('expected CRLF behind an argument')
      return BROKEN
    }
    this.at += 2
    this.parts.push(target)
    this.filling = null
    return 0
  }
}
