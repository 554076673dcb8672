/**
 * Replies into the claims of a client's stream. What the stream has no room for waits in a list here, which the session keeps short
 * by not reading on; large values wait as views of the store's memory, not as copies.
 */
import type { Stream } from '@camio/core'
import { LARGE, ReplyWriter } from '../resp/reply-writer.js'

/** Bytes that are claimed at once: many replies, and no larger than a small shared-memory ring grants. */
const CLAIM = 32 * 1024
const NOTHING = new Uint8Array(0)

export class StreamOutput extends ReplyWriter {
  /** Where the claim that is out begins, -1 without one. */
  private claimAt = -1
  /** How much of the claim is used, while replies go on behind it. */
  private claimUsed = 0
  /** What comes behind the claim, oldest first; the last of it may still be written to. */
  private readonly waiting: Uint8Array[] = []
  /** Bytes in `waiting`. */
  pending = 0
  /** Nothing may leave: what it tells of is not durable yet. */
  held = false
  /** The stream takes no more, ever. */
  broken = false
  private readonly claimSize: number

  constructor(private readonly stream: Stream) {
    super()
    this.claimSize = Math.min(CLAIM, stream.maxClaim)
  }

  /** Is something here that the stream has not taken? Then its reader is slow, or it is held. */
  get blocked(): boolean {
    return this.held || this.waiting.length > 0
  }

  protected makeRoom(length: number): void {
    if (this.waiting.length === 0 && !this.held && length <= this.claimSize) {
      this.commit()
      if (this.claim()) return
    }
    this.spill(Math.max(length, LARGE))
  }

  private claim(): boolean {
    if (this.broken) return false
    try {
      this.claimAt = this.stream.tryClaimAt(this.claimSize)
    } catch {
      this.broken = true
    }
    if (this.claimAt < 0) return false
    this.bytes = this.stream.claimBytes
    this.at = this.claimAt
    this.end = this.claimAt + this.claimSize
    return true
  }

  /** Goes on writing in memory of our own. */
  private spill(length: number): void {
    if (this.claimAt >= 0 && this.waiting.length === 0) this.claimUsed = this.at - this.claimAt
    this.closeSpill()
    this.bytes = new Uint8Array(length)
    this.at = 0
    this.end = length
    this.waiting.push(this.bytes)
    this.pending += length
  }

  /** The last of `waiting` is as long as what was written to it. */
  private closeSpill(): void {
    const last = this.waiting.length - 1
    if (last < 0 || this.waiting[last] !== this.bytes) return
    this.pending -= this.bytes.length - this.at
    if (this.at === 0) this.waiting.pop()
    else this.waiting[last] = this.bytes.subarray(0, this.at)
    this.noRoom()
  }

  private noRoom(): void {
    this.bytes = NOTHING
    this.at = 0
    this.end = 0
  }

  protected large(value: Uint8Array): void {
    let from = 0
    while (from < value.length && this.waiting.length === 0) {
      if (this.at === this.end) this.makeRoom(1)
      if (this.waiting.length > 0) break
      const count = Math.min(this.end - this.at, value.length - from)
      this.bytes.set(value.subarray(from, from + count), this.at)
      this.at += count
      from += count
    }
    if (from === value.length) return
    this.closeSpill()
    this.waiting.push(value.subarray(from))
    this.pending += value.length - from
  }

  /** The end of a turn. @returns whether the stream has it all */
  finish(): boolean {
    if (this.broken) this.drop()
    if (this.waiting.length === 0 && !this.held) {
      this.commit()
      return true
    }
    return this.drain()
  }

  /** Hands over what waits, as far as there is room. @returns whether that was all */
  drain(): boolean {
    if (this.waiting.length > 0) this.closeSpill()
    if (this.held) return false
    this.commitClaim()
    while (this.waiting.length > 0) {
      const first = this.waiting[0]!
      if (!this.claim()) break
      const count = Math.min(first.length, this.claimSize)
      this.bytes.set(count < first.length ? first.subarray(0, count) : first, this.at)
      this.at += count
      this.pending -= count
      if (count === first.length) this.waiting.shift()
      else this.waiting[0] = first.subarray(count)
      this.commit()
    }
    if (this.broken) this.drop()
    return this.waiting.length === 0
  }

  /** Commits a claim behind which others already wait. */
  private commitClaim(): void {
    if (this.claimAt < 0) return
    if (this.waiting.length > 0) this.at = this.claimAt + this.claimUsed
    this.commit()
  }

  private commit(): void {
    if (this.claimAt < 0) return
    const used = this.at - this.claimAt
    this.claimAt = -1
    this.noRoom()
    try {
      if (used === 0) this.stream.cancel()
      else this.stream.commit(used)
    } catch {
      this.broken = true
    }
  }

  /** Forgets everything: nobody will read it. */
  drop(): void {
    this.waiting.length = 0
    this.pending = 0
    if (this.claimAt < 0) this.noRoom()
  }
}
