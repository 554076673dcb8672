/**
 * Replies into the claims of a client's stream. What the stream has no room for waits in a list here, which the session keeps short
 * by not reading on; large values wait as views of the store's memory, not as copies.
 */
import type { Stream } from '@camio/core'
import { LARGE, ReplyWriter } from '../resp/reply-writer.js'

/** Says when nothing may leave: what happened in this turn is not durable yet. */
export interface Gate {
  readonly holding: boolean
}

/** Bytes that are claimed at once: many replies, and no larger than a small shared-memory ring grants. */
const CLAIM = 32 * 1024
const NOTHING = new Uint8Array(0)

export class StreamOutput extends ReplyWriter {
  /** Where the claim that is out begins, -1 without one. */
  private claimAt = -1
  /** How much of the claim is used, where replies go on behind it; -1 while it is written to. */
  private claimUsed = -1
  /** What comes behind the claim, oldest first; the last of it may still be written to. */
  private readonly waiting: Uint8Array[] = []
  /** Bytes in `waiting`. */
  pending = 0
  /** Nothing may leave: what it tells of is not durable yet. See {@link hold}. */
  held = false
  /** How many of `waiting` may leave with the next {@link release}. */
  private sealed = 0
  /** The stream takes no more, ever. */
  broken = false
  private readonly claimSize: number

  constructor(
    private readonly stream: Stream,
    private readonly gate: Gate,
  ) {
    super()
    this.claimSize = Math.min(CLAIM, stream.maxClaim)
  }

  /** Is something here that the stream has not taken? Then its reader is slow, or it is held. */
  get blocked(): boolean {
    return this.held || this.waiting.length > 0
  }

  protected makeRoom(length: number): void {
    if (this.waiting.length === 0 && length <= this.claimSize && this.mayCommit) {
      this.commit()
      if (this.claim()) return
    }
    this.spill(Math.max(length, LARGE))
  }

  /** A claim that is full leaves only when nothing in it must wait; without one there is nothing to leave. */
  private get mayCommit(): boolean {
    return !this.held && (this.claimAt < 0 || !this.gate.holding)
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
    this.claimUsed = -1
    return true
  }

  /** Goes on writing in memory of our own. */
  private spill(length: number): void {
    this.leaveClaim()
    this.closeSpill()
    this.bytes = new Uint8Array(length)
    this.at = 0
    this.end = length
    this.waiting.push(this.bytes)
    this.pending += length
  }

  /** What comes now is written elsewhere. */
  private leaveClaim(): void {
    if (this.claimAt < 0 || this.claimUsed >= 0) return
    this.claimUsed = this.at - this.claimAt
    this.noRoom()
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

  /** Nothing leaves until {@link release}, and then only what was said so far: what is said from now on has its own time. */
  hold(): void {
    this.held = true
    this.leaveClaim()
    this.closeSpill()
    this.sealed = this.waiting.length
  }

  /** What was held may leave. @returns whether something was said since, and must wait: {@link hold} again */
  release(): boolean {
    this.held = false
    this.closeSpill()
    const late = Math.max(0, this.waiting.length - this.sealed)
    this.drain(late)
    return late > 0
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

  /** Hands over what waits but for the last `kept` pieces, as far as there is room. @returns whether nothing waits any more */
  drain(kept = 0): boolean {
    if (this.waiting.length > 0) this.closeSpill()
    if (this.held) return false
    this.commit()
    while (this.waiting.length > kept) {
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

  private commit(): void {
    if (this.claimAt < 0) return
    this.leaveClaim()
    const used = this.claimUsed
    this.claimAt = -1
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
