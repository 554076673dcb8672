/** Frames out: claims lie in chunks of the stream's seat, one behind the other, and are sent from there. */
import { Corrupt, type FrameFiller } from '@camio/core/link'
import type { BatchWriter } from '@camio/core/spi'
import type { RingPlace } from '../binding.js'
import { CHUNK, CHUNK_BITS, type Memory, Owner, type Seat } from './memory.js'
import { Inlet, Outlet } from './rings.js'
import { ADDRESS_WORDS, Descriptor, GOES_ON, type RxQueue } from './rx.js'

const NONE = -1

export class TxQueue {
  readonly bytes: Uint8Array
  private readonly memory: Memory
  private readonly tx: Outlet
  private readonly completion: Inlet
  private readonly first: number
  private readonly end: number
  /** Where the next claim is looked for, and where the one that is out lies. */
  private cursor: number
  private claimed = NONE
  private claimedChunks = 0
  /** Chunks that were put into the ring and have not come back. */
  private flying = 0

  constructor(
    private readonly seat: Seat,
    tx: RingPlace,
    completion: RingPlace,
  ) {
    this.memory = seat.memory
    this.bytes = this.memory.bytes
    this.tx = new Outlet(tx, Descriptor.WORDS)
    this.completion = new Inlet(completion, ADDRESS_WORDS)
    this.first = this.cursor = seat.first
    this.end = seat.first + this.memory.seating.tx
  }

  /** @returns the offset of room for a frame, or -1 */
  claim(length: number): number {
    const chunks = (length + CHUNK - 1) >> CHUNK_BITS
    if (this.tx.room(chunks) < chunks) return NONE
    let at = this.find(chunks)
    if (at === NONE) {
      this.collect()
      at = this.find(chunks)
    }
    this.claimed = at
    this.claimedChunks = chunks
    return at === NONE ? NONE : at * CHUNK
  }

  /** So many free chunks in a row, from the cursor on or from the first one: at once, while they come back in their order. */
  private find(chunks: number): number {
    const behind = this.findIn(this.cursor, this.end, chunks)
    return behind === NONE ? this.findIn(this.first, Math.min(this.cursor + chunks, this.end), chunks) : behind
  }

  private findIn(from: number, to: number, chunks: number): number {
    const { owner } = this.memory
    let free = 0
    for (let chunk = from; chunk < to; chunk++) {
      free = owner[chunk] === Owner.NOBODY ? free + 1 : 0
      if (free === chunks) return chunk - chunks + 1
    }
    return NONE
  }

  /** The claim's first `length` bytes are a frame: it is sent by the next `publish`. */
  append(length: number): void {
    let chunk = this.claimed
    for (let rest = length; rest > 0; rest -= CHUNK) {
      this.put(chunk * CHUNK, Math.min(rest, CHUNK), rest > CHUNK)
      chunk++
    }
    this.cursor = chunk === this.end ? this.first : chunk
    this.claimed = NONE
  }

  /** Chunk by chunk, each a frame. */
  fill(fn: BatchWriter, length: number, index: number, limit: number, filler: FrameFiller): boolean {
    const { bytes } = this
    const end = index + Math.min(limit - index, this.tx.room(1))
    let at = index
    let total = 0
    try {
      do {
        const chunk = this.claimed
        const answer = fn(bytes, chunk * CHUNK, length, at)
        const used = answer === undefined ? length : filler.lengthOf(answer, length)
        if (used < 0 || filler.writingOver) return false
        this.put(chunk * CHUNK, used, false)
        at++
        total += used
      } while (this.claimBehind() && at < end)
      return true
    } finally {
      filler.countWritten(at - index, total)
    }
  }

  /** A frame of one chunk was put into the ring: the next claim is the chunk behind it. @returns whether it is free */
  private claimBehind(): boolean {
    const chunk = this.claimed + 1
    this.cursor = chunk === this.end ? this.first : chunk
    const free = this.memory.owner[this.cursor] === Owner.NOBODY
    this.claimed = free ? this.cursor : NONE
    return free
  }

  cancel(): void {
    this.claimed = NONE
  }

  /** The stream is closed. A claim that is out stays the program's. */
  close(): void {
    if (this.claimed !== NONE) this.memory.owner.fill(Owner.PROGRAM, this.claimed, this.claimed + this.claimedChunks)
  }

  /** The frame that `source` has at hand is sent from where it lies. @returns `false`: not now */
  adopt(source: RxQueue): boolean {
    const { pieces, pieceCount } = source
    if (this.tx.room(pieceCount) < pieceCount) return false
    for (let i = 0; i < pieceCount; i++) this.put(pieces[2 * i]!, pieces[2 * i + 1]!, i < pieceCount - 1)
    return true
  }

  private put(address: number, length: number, more: boolean): void {
    const { words } = this.tx
    const chunk = address >> CHUNK_BITS
    const at = this.tx.next()
    words[at + Descriptor.ADDRESS] = address
    words[at + Descriptor.ADDRESS_HIGH] = 0
    words[at + Descriptor.LENGTH] = length
    words[at + Descriptor.OPTIONS] = more ? GOES_ON : 0
    this.flying++
    this.memory.owner[chunk] = Owner.SENDER
    this.memory.sender[chunk] = this.seat.index
  }

  /** Frames, or pieces of them, that the kernel has not been shown. */
  get hidden(): number {
    return this.tx.hidden
  }

  publish(): boolean {
    return this.tx.publish()
  }

  get needsWakeUp(): boolean {
    return this.tx.needsWakeUp
  }

  /** Descriptors that the kernel has not taken. */
  pending(): number {
    return this.tx.pending()
  }

  /** Chunks that were sent go home. */
  collect(): void {
    const { completion, memory, seat } = this
    const { owner, sender } = memory
    for (let count = completion.available(); count > 0; count--) {
      const at = completion.take()
      const address = completion.words[at]!
      const chunk = address >> CHUNK_BITS
      if (completion.words[at + 1] !== 0 || owner[chunk] !== Owner.SENDER || sender[chunk] !== seat.index) {
        throw new Corrupt(`a frame at ${address} was sent, which was not to be`)
      }
      memory.giveHome(chunk)
      this.flying--
    }
    // All are back: the first ones again, which the processor's cache still has.
    if (this.flying === 0 && this.claimed === NONE) this.cursor = this.first
    completion.free()
  }
}
