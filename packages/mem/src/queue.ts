/**
 * One direction of a `mem:` stream: messages in order, each in the memory that its writer filled and its reader is lent. The
 * queue moves places, never bytes. It is bounded in bytes and in messages, and knows nothing of waiting: that is the stream's.
 */
import { Segment } from './segment.js'

/** Where one message lies. The objects of a queue are used again and again. */
export interface Message {
  segment: Segment | null
  offset: number
  length: number
}

export interface QueueLimits {
  /** Bytes, and messages, that may be in the queue at once; the one that the reader has a lease on counts. */
  readonly capacity: number
  readonly messages: number
}

/** Small messages share segments of this size. */
const SEGMENT = 64 * 1024

export class Queue {
  /** The writer will add no more. */
  ended = false
  /** The reader is gone: what is added would never be read. */
  abandoned = false
  /** Messages in the queue. */
  count = 0

  /** A ring of places, `count` of them from `head` on in use; its length is a power of two. */
  private ring: Message[] = []
  private head = 0
  private bytes = 0
  /** What the writer fills at the moment. */
  private segment: Segment | null = null

  constructor(private readonly limits: QueueLimits) {}

  // ---------------------------------------------------------------------------------------------------- writer

  fits(length: number): boolean {
    return this.count < this.limits.messages && this.bytes + length <= this.limits.capacity
  }

  /** Memory for a message that `fits`: a segment, to be filled from its `used` on. The caller has a hold on it. */
  room(length: number): Segment {
    if (!this.segment?.fits(length)) {
      this.segment?.letGo()
      this.segment = new Segment(Math.max(length, Math.min(SEGMENT, this.limits.capacity)))
    }
    this.segment!.hold()
    return this.segment!
  }

  /** Adds the message that was written into the room; it takes over the writer's hold. */
  push(segment: Segment, length: number): void {
    const offset = segment.used
    segment.used += length
    if (this.abandoned) segment.letGo()
    else this.append(segment, offset, length)
  }

  /** Adds a message that is taken over from another queue, together with its hold on the segment. */
  append(segment: Segment, offset: number, length: number): void {
    if (this.count === this.ring.length) this.grow()
    const message = this.ring[(this.head + this.count) & (this.ring.length - 1)]!
    message.segment = segment
    message.offset = offset
    message.length = length
    this.count++
    this.bytes += length
  }

  /** Nothing will be written soon: an idle stream holds no memory. */
  relax(): void {
    this.segment?.letGo()
    this.segment = null
  }

  // ---------------------------------------------------------------------------------------------------- reader

  /** The message at `index`, counted from the oldest. */
  at(index: number): Message {
    return this.ring[(this.head + index) & (this.ring.length - 1)]!
  }

  /** Takes the oldest message out; the caller has its hold on the segment from now on. */
  take(): Message {
    const message = this.at(0)
    this.head = (this.head + 1) & (this.ring.length - 1)
    this.count--
    this.bytes -= message.length
    return message
  }

  /** Frees the oldest message. */
  shift(): void {
    const message = this.take()
    message.segment!.letGo()
    message.segment = null
  }

  /** The reader goes: frees everything. */
  abandon(): void {
    while (this.count > 0) this.shift()
    this.abandoned = true
    this.relax()
  }

  /** Doubles the ring, oldest message first. */
  private grow(): void {
    const old = this.ring
    const size = Math.max(16, old.length * 2)
    const oldest = this.head
    this.head = 0
    this.ring = Array.from({ length: size }, (_, i) =>
      i < old.length ? old[(oldest + i) & (old.length - 1)]! : { segment: null, offset: 0, length: 0 },
    )
  }
}
