/**
 * The rings that a socket of AF_XDP shares with the kernel, Documentation/networking/af_xdp.rst: one side puts descriptors in and
 * moves the producer on, the other takes them out and moves the consumer on. Both numbers count on and wrap at 2^32.
 *
 * What the kernel writes is checked before it is used.
 */
import { Corrupt } from '@camio/core/link'
import type { RingPlace } from '../binding.js'

/** XDP_RING_NEED_WAKEUP */
const NEEDS_WAKE_UP = 1

abstract class Ring {
  /** Descriptors, in 32-bit words, little-endian as all machines that this runs on: see {@link Ring.at}. */
  readonly words: Int32Array
  protected readonly entries: number
  protected readonly producer: number
  protected readonly consumer: number
  private readonly flags: number
  private readonly origin: number

  /** @param size of a descriptor, in 32-bit words */
  constructor(
    place: RingPlace,
    private readonly size: number,
  ) {
    this.words = new Int32Array(place.buffer)
    this.entries = place.entries
    this.producer = place.producer >> 2
    this.consumer = place.consumer >> 2
    this.flags = place.flags >> 2
    this.origin = place.descriptors >> 2
  }

  /** Must the kernel be told that there is something new? */
  get needsWakeUp(): boolean {
    return (Atomics.load(this.words, this.flags) & NEEDS_WAKE_UP) !== 0
  }

  /** The first word of the descriptor with this number. */
  protected at(number: number): number {
    return this.origin + (number & (this.entries - 1)) * this.size
  }
}

/** The kernel puts in, we take out: received frames, completions. */
export class Inlet extends Ring {
  private taken: number
  private known: number

  constructor(place: RingPlace, size: number) {
    super(place, size)
    this.taken = this.known = Atomics.load(this.words, this.consumer)
  }

  /** Descriptors at hand, of which is known; looks at the ring when there are none. @throws Corrupt */
  available(): number {
    if (this.known === this.taken) {
      this.known = Atomics.load(this.words, this.producer)
      const count = (this.known - this.taken) >>> 0
      if (count > this.entries) throw new Corrupt(`${count} descriptors in a ring of ${this.entries}`)
    }
    return (this.known - this.taken) >>> 0
  }

  /** Those that are known: {@link available} without a look at the ring. */
  get atHand(): number {
    return (this.known - this.taken) >>> 0
  }

  /** The first word of the one that is next. Only while some are at hand. */
  get first(): number {
    return this.at(this.taken)
  }

  /** Takes the next one out. Only while some are at hand. @returns its first word's index */
  take(): number {
    const at = this.at(this.taken)
    this.taken = (this.taken + 1) | 0
    return at
  }

  /** The kernel may use the places of all that were taken. */
  free(): void {
    Atomics.store(this.words, this.consumer, this.taken)
  }
}

/** We put in, the kernel takes out: memory to receive into, frames to send. */
export class Outlet extends Ring {
  private put: number
  private published: number
  private known: number

  constructor(place: RingPlace, size: number) {
    super(place, size)
    this.put = this.published = Atomics.load(this.words, this.producer)
    this.known = this.put
  }

  /** How many more there is room for; looks at the ring when it is less than `wanted`. @throws Corrupt */
  room(wanted: number): number {
    if (this.entries - ((this.put - this.known) >>> 0) < wanted) this.look()
    return this.entries - ((this.put - this.known) >>> 0)
  }

  private look(): void {
    this.known = Atomics.load(this.words, this.consumer)
    const count = (this.put - this.known) >>> 0
    if (count > this.entries) throw new Corrupt(`${count} descriptors in a ring of ${this.entries}`)
  }

  /** Puts one in. Only while there is room. @returns its first word's index */
  next(): number {
    const at = this.at(this.put)
    this.put = (this.put + 1) | 0
    return at
  }

  /** What was put in that the kernel has not been shown. */
  get hidden(): number {
    return (this.put - this.published) >>> 0
  }

  /** The kernel may take what was put in. @returns whether there was something new */
  publish(): boolean {
    if (this.put === this.published) return false
    Atomics.store(this.words, this.producer, this.put)
    this.published = this.put
    return true
  }

  /** What was put in that the kernel has not taken; with what is not published. @throws Corrupt */
  pending(): number {
    if (this.put === this.known) return 0
    this.look()
    return (this.put - this.known) >>> 0
  }
}
