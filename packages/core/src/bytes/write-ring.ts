/**
 * The write half of a byte stream: a ring in which every claim is contiguous (a "bip buffer", S. Cooke 2003).
 *
 *     not wrapped:  [ free | head ... tail | free ]            one piece to send
 *     wrapped:      [ 0 ... tail | free | head ... edge | - ]  two pieces to send: head..edge, then 0..tail
 *
 * Memory is taken from the pool at the first claim and given back when all was sent.
 */
import { pool } from './pool.js'

export class WriteRing {
  bytes: Uint8Array | null = null
  head = 0
  tail = 0
  /** Where the first piece ends while the ring is wrapped; 0 while it is not. */
  edge = 0
  private claimStart = -1
  private claimLength = 0

  /** @param chunk bytes of the ring at first; it grows, while empty, for a larger claim */
  constructor(private readonly chunk: number) {}

  get empty(): boolean {
    return this.head === this.tail && this.edge === 0
  }

  get claimed(): boolean {
    return this.claimStart >= 0
  }

  /** Bytes committed and not yet sent. */
  get pending(): number {
    return this.edge === 0 ? this.tail - this.head : this.edge - this.head + this.tail
  }

  /** Bytes of the first piece to send; `second` follow at offset 0. */
  get first(): number {
    return (this.edge === 0 ? this.tail : this.edge) - this.head
  }
  get second(): number {
    return this.edge === 0 ? 0 : this.tail
  }

  /** Would a claim of `length` be granted? */
  fits(length: number): boolean {
    if (this.bytes === null || this.empty) return true
    if (this.edge !== 0) return this.head - this.tail >= length
    return this.bytes.length - this.tail >= length || this.head >= length
  }

  /** @returns the offset of `length` contiguous bytes, -1 for "not now" */
  claim(length: number): number {
    if (this.bytes === null) this.bytes = pool.acquire(Math.max(length, this.chunk))
    else if (this.empty) this.reset(length)
    const start = this.place(length)
    if (start < 0) return -1
    this.claimStart = start
    this.claimLength = length
    return start
  }

  get claimSize(): number {
    return this.claimLength
  }

  /** Commits the claim's first `length` bytes. */
  commit(length: number): void {
    const start = this.claimStart
    this.claimStart = -1
    if (length === 0) {
      this.relax()
      return
    }
    // Behind the last byte, or wrapped to the front; or all that lay before it was sent meanwhile.
    if (start !== this.tail) {
      if (this.empty) this.head = start
      else this.edge = this.tail
    }
    this.tail = start + length
  }

  /** Commits the claim's first `length` bytes; the rest stays claimed. */
  commitPart(length: number): void {
    if (length === 0) return
    const start = this.claimStart
    const rest = this.claimLength - length
    this.commit(length)
    this.claimStart = start + length
    this.claimLength = rest
  }

  cancel(): void {
    this.claimStart = -1
    this.relax()
  }

  /** Forgets `count` bytes that were sent; gives the memory back when that was all. */
  sent(count: number): void {
    this.head += count
    if (this.edge !== 0 && this.head >= this.edge) {
      this.head -= this.edge
      this.edge = 0
    }
    this.relax()
  }

  /** Gives the memory back to the pool, whatever is in it. */
  drop(): void {
    if (this.bytes !== null) pool.release(this.bytes)
    this.forget()
  }

  /** Lets go of the memory without giving it to the pool: somebody may still use it. */
  forget(): void {
    this.bytes = null
    this.head = this.tail = this.edge = 0
    this.claimStart = -1
  }

  private relax(): void {
    if (this.empty && !this.claimed) this.drop()
  }

  private reset(length: number): void {
    this.head = this.tail = 0
    if (this.bytes!.length >= length) return
    pool.release(this.bytes!)
    this.bytes = pool.acquire(length)
  }

  private place(length: number): number {
    const { head, tail } = this
    if (this.edge !== 0) return head - tail >= length ? tail : -1
    if (this.bytes!.length - tail >= length) return tail
    return head >= length ? 0 : -1
  }
}
