/**
 * The memory of `xdp:` streams (UMEM): chunks that frames are received into and sent from. Streams with the same `share=` have one, so
 * that a frame changes hands without a copy. Each stream has a seat in it: so many chunks to write to, one behind the other, and so
 * many to receive into. A chunk that another stream has adopted comes home when it was sent.
 */
import { CamioError } from '@camio/core/spi'
import type { Binding } from '../binding.js'

/** Bytes of a chunk: the most that every kernel and driver takes. */
export const CHUNK = 4096
/** The chunk of an address is `address >> CHUNK_BITS`: addresses are under 2 GiB, and a division would be one of floating point. */
export const CHUNK_BITS = 12
/** Bytes that the kernel keeps free in front of a frame that it puts into a chunk (XDP_PACKET_HEADROOM). */
export const HEADROOM = 256

/** Whose a chunk is. */
export const Owner = {
  /** Its seat's: nobody uses it. */
  NOBODY: 0,
  /** The kernel's, to receive into. */
  FILL: 1,
  /** The program's, as a lease; of a stream that was closed with a claim out, that claim. */
  PROGRAM: 2,
  /** The kernel's, or a claim on its way to it. */
  SENDER: 3,
} as const

export interface Seating {
  /** Chunks to receive into, and to write to, a seat. */
  readonly rx: number
  readonly tx: number
  readonly seats: number
}

export class Seat {
  /** Its first chunk, which is the first to write to. */
  readonly first: number
  taken = false
  /** Chunks to receive into that nobody uses: a stack. */
  private readonly idle: Int32Array
  private idleCount = 0

  constructor(
    readonly memory: Memory,
    readonly index: number,
  ) {
    const { rx, tx } = memory.seating
    this.first = index * (rx + tx)
    this.idle = new Int32Array(rx)
    for (let chunk = this.first + tx; chunk < this.first + tx + rx; chunk++) this.give(chunk)
  }

  /** A chunk of this seat's is nobody's again. */
  give(chunk: number): void {
    this.memory.owner[chunk] = Owner.NOBODY
    if (chunk >= this.first + this.memory.seating.tx) this.idle[this.idleCount++] = chunk
  }

  /** A chunk to receive into, or -1. */
  take(): number {
    return this.idleCount === 0 ? -1 : this.idle[--this.idleCount]!
  }

  /**
   * Its stream is closed: what the kernel had of it, and what it had of others, comes home. What the program has it may still look at,
   * or write to: nobody uses that again.
   */
  leave(): void {
    const { owner, sender, seating } = this.memory
    const end = this.first + seating.tx + seating.rx
    for (let chunk = 0; chunk < owner.length; chunk++) {
      const own = chunk >= this.first && chunk < end
      if (owner[chunk] === Owner.SENDER && sender[chunk] === this.index) this.memory.giveHome(chunk)
      else if (owner[chunk] === Owner.FILL && own) this.give(chunk)
    }
    this.memory.left(this)
  }
}

export class Memory {
  readonly bytes: Uint8Array
  /** By chunk: {@link Owner}, and the seat that sends it. */
  readonly owner: Uint8Array
  readonly sender: Uint8Array
  readonly seats: readonly Seat[]
  readonly id: number
  /** May a frame come in several chunks? Said by the first stream. */
  inPieces: boolean | null = null
  /** Slots of the sockets that have it, each of which the kernel knows it by. */
  readonly sockets = new Set<number>()
  /** Whoever has a completion ring: chunks that were sent come back when it is looked at. */
  readonly collectors = new Set<() => void>()

  constructor(
    private readonly binding: Binding,
    readonly seating: Seating,
    private readonly gone: () => void,
  ) {
    const count = seating.seats * (seating.rx + seating.tx)
    const { id, buffer } = binding.memoryOpen(count * CHUNK)
    this.id = id
    this.bytes = new Uint8Array(buffer)
    this.owner = new Uint8Array(count)
    this.sender = new Uint8Array(count)
    this.seats = Array.from({ length: seating.seats }, (_, index) => new Seat(this, index))
  }

  /** @returns a seat, or `null` when all are taken */
  sit(): Seat | null {
    const seat = this.seats.find(({ taken }) => !taken) ?? null
    if (seat !== null) seat.taken = true
    return seat
  }

  giveHome(chunk: number): void {
    const { rx, tx, seats } = this.seating
    if (seats === 1) this.seats[0]!.give(chunk)
    else this.seats[Math.floor(chunk / (rx + tx))]!.give(chunk)
  }

  /** Whoever waits for chunks gets those that were sent meanwhile. */
  collect(): void {
    for (const collect of this.collectors) collect()
  }

  left(seat: Seat): void {
    seat.taken = false
    if (this.seats.some(({ taken }) => taken)) return
    this.binding.memoryClose(this.id)
    this.gone()
  }
}

/** The memories of this thread that have a name. */
const shared = new Map<string, Memory>()

/** What streams of one memory have in common, also before one of them is open. One object a name that a program has used. */
const regions = new Map<string, object>()

export function regionOf(name: string): object {
  let region = regions.get(name)
  if (region === undefined) regions.set(name, (region = Object.freeze({ share: name })))
  return region
}

/**
 * A seat in the memory of that name (`undefined`: one of its own), which is made if there is none.
 * @throws `ERR_CAMIO_BAD_OPTION` when the memory is too large, another size, or full; a system error
 */
export function seatIn(name: string | undefined, seating: Seating, binding: Binding, uri: string): Seat {
  if (name === undefined) return own({ ...seating, seats: 1 }, binding, uri)
  const memory = shared.get(name) ?? make(name, seating, binding, uri)
  const { rx, tx, seats } = memory.seating
  if (rx !== seating.rx || tx !== seating.tx) throw bad(uri, `has rx=${rx} and tx=${tx}: all that share it must`)
  const seat = memory.sit()
  if (seat === null) throw bad(uri, `has ${seats} streams already (streams=)`)
  return seat
}

/** Offsets are small integers. */
const LARGEST = 2 ** 31 - 1

function checkSize({ rx, tx, seats }: Seating, uri: string): void {
  const bytes = seats * (rx + tx) * CHUNK
  if (bytes <= LARGEST) return
  const why = `ask for ${bytes / 2 ** 30} GiB of memory: it must be less than 2 GiB`
  throw new CamioError('ERR_CAMIO_BAD_OPTION', `options "rx", "tx" and "streams" in ${uri} ${why}`, { uri })
}

function own(seating: Seating, binding: Binding, uri: string): Seat {
  checkSize(seating, uri)
  return new Memory(binding, seating, () => {}).sit()!
}

function make(name: string, seating: Seating, binding: Binding, uri: string): Memory {
  checkSize(seating, uri)
  const memory = new Memory(binding, seating, () => shared.delete(name))
  shared.set(name, memory)
  return memory
}

function bad(uri: string, why: string): CamioError {
  return new CamioError('ERR_CAMIO_BAD_OPTION', `option "share" in ${uri}: that memory ${why}`, { uri })
}
