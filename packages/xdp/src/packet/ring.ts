/**
 * A receive ring of TPACKET_V3 (Documentation/networking/packet_mmap.rst): blocks that the kernel fills with frames of any length and
 * hands over whole. Frames are lent where they lie; a block goes back when nothing points into it any more.
 *
 * Every number in the ring is checked before it is used.
 */
import { Corrupt, type FrameSource, type FrameTaker, TAG } from '@camio/core/link'
import type { BatchHandler } from '@camio/core/spi'

/** struct tpacket_block_desc, as 32-bit words. */
const Block = { STATUS: 2, COUNT: 3, FIRST: 4, LENGTH: 5, SIZE: 48 } as const
/** struct tpacket3_hdr, in bytes, and the sockaddr_ll behind it. */
const Frame = {
  NEXT: 0,
  SECONDS: 4,
  NANOSECONDS: 8,
  CAPTURED: 12,
  LENGTH: 16,
  STATUS: 20,
  MAC: 24,
  TCI: 32,
  TPID: 36,
  SIZE: 68,
} as const

/** Whose a block is, and what is known of its frames: linux/if_packet.h. */
const Status = { KERNEL: 0, USER: 1, LOSING: 4, VLAN_VALID: 1 << 4, VLAN_TPID_VALID: 1 << 6 } as const

/** The ethertype of a tag where the kernel names none: 802.1Q. */
const TAGGED = 0x8100
/** Both addresses of a frame, in front of the tag. */
const ADDRESSES = 12

export interface RingOwner {
  /** The ring had no room for some frames. */
  losing(): void
}

export class PacketRing implements FrameSource {
  readonly bytes: Uint8Array
  offset = 0
  length = 0
  whole = true

  private readonly words: Int32Array
  private readonly halves: Uint16Array
  private readonly blocks: number
  /** The block that is looked at, or will be next. */
  private block = 0
  /** Is it ours, and where does it end? */
  private held = false
  private end = 0
  /** Frames of it that were not handed out, and where the next one's header is. */
  private left = 0
  private at = 0
  /** When the frame at hand was received, as the kernel says it: two unsigned numbers. */
  private seconds = 0
  private nanoseconds = 0

  /** @param blockSize a multiple of the page size, of which `ring` is a multiple */
  constructor(
    ring: ArrayBuffer,
    private readonly blockSize: number,
    private readonly owner: RingOwner,
  ) {
    this.bytes = new Uint8Array(ring)
    this.words = new Int32Array(ring)
    this.halves = new Uint16Array(ring)
    this.blocks = Math.floor(ring.byteLength / blockSize)
  }

  get hasMore(): boolean {
    return this.left > 0
  }

  next(): boolean {
    if (this.left === 0 && !this.nextBlock()) return false
    this.show(this.at)
    this.left--
    if (this.left > 0) this.at = this.follow()
    return true
  }

  get time(): number {
    // Before the first, which never lies there.
    if (this.offset === 0) return Number.NaN
    return (this.seconds >>> 0) * 1e3 + (this.nanoseconds >>> 0) / 1e6
  }

  handOut(fn: BatchHandler, most: number, taker: FrameTaker): boolean {
    const { bytes } = this
    const { largest } = taker
    let left = Math.min(most, this.left + 1)
    let count = 0
    let total = 0
    try {
      do {
        const { offset, length } = this
        count++
        total += length
        if (fn(bytes, offset, length) === false || taker.readingOver) return false
      } while (--left > 0 && this.showPlain(largest))
      return true
    } finally {
      taker.countRead(count, total)
    }
  }

  free(): void {
    if (this.held && this.left === 0) this.giveBack()
  }

  // ---------------------------------------------------------------------------------------------------- blocks

  /** The kernel closes no block without a frame, but it might. */
  private nextBlock(): boolean {
    do {
      this.free()
      if (!this.openBlock()) return false
    } while (this.left === 0)
    return true
  }

  /** Reads the block's header. @returns `false`: it is still the kernel's */
  private openBlock(): boolean {
    const start = this.block * this.blockSize
    const status = Atomics.load(this.words, (start >> 2) + Block.STATUS)
    if ((status & Status.USER) === 0) return false
    this.held = true
    this.left = this.words[(start >> 2) + Block.COUNT]!
    const used = this.words[(start >> 2) + Block.LENGTH]!
    const first = this.words[(start >> 2) + Block.FIRST]!
    if (this.left < 0 || used < 0 || used > this.blockSize || first < Block.SIZE) throw this.corrupt('a block')
    this.end = start + used
    this.at = start + first
    if (status & Status.LOSING) this.owner.losing()
    return true
  }

  private giveBack(): void {
    Atomics.store(this.words, ((this.block * this.blockSize) >> 2) + Block.STATUS, Status.KERNEL)
    this.held = false
    this.block = this.block + 1 === this.blocks ? 0 : this.block + 1
  }

  // ---------------------------------------------------------------------------------------------------- frames

  /** Where the header behind the one at `at` begins. */
  private follow(): number {
    const next = this.words[(this.at + Frame.NEXT) >> 2]!
    if (next < Frame.SIZE) throw this.corrupt('a frame')
    return this.at + next
  }

  /** The frame whose header is at `at` becomes the one at hand. */
  private show(at: number): void {
    if ((at & 3) !== 0 || at + Frame.SIZE > this.end) throw this.corrupt('a frame')
    const { words, halves } = this
    const mac = halves[(at + Frame.MAC) >> 1]!
    const length = words[(at + Frame.CAPTURED) >> 2]!
    if (mac < Frame.SIZE + TAG || length < 0 || at + mac + length > this.end) throw this.corrupt('a frame')
    this.place(at, mac, length)
    // What the host's own stack hands over before it is cut into segments may be larger than a block.
    this.whole = words[(at + Frame.LENGTH) >> 2] === length
    const status = words[(at + Frame.STATUS) >> 2]!
    if (status & Status.VLAN_VALID && length >= ADDRESSES) this.putTagBack(at, status)
  }

  private place(at: number, mac: number, length: number): void {
    const { words } = this
    this.offset = at + mac
    this.length = length
    this.seconds = words[(at + Frame.SECONDS) >> 2]!
    this.nanoseconds = words[(at + Frame.NANOSECONDS) >> 2]!
  }

  /** {@link next} for a frame that is whole, at most so large, and has no tag. @returns `false`: it is another one, and `next` sees to it */
  private showPlain(largest: number): boolean {
    const { at, end, words } = this
    if ((at & 3) !== 0 || at + Frame.SIZE > end) return false
    const mac = this.halves[(at + Frame.MAC) >> 1]!
    const length = words[(at + Frame.CAPTURED) >> 2]!
    if (mac < Frame.SIZE + TAG || length < 0 || length > largest || at + mac + length > end) return false
    if (words[(at + Frame.LENGTH) >> 2] !== length || words[(at + Frame.STATUS) >> 2]! & Status.VLAN_VALID) return false
    const behind = words[(at + Frame.NEXT) >> 2]!
    if (this.left > 1 && behind < Frame.SIZE) return false
    this.place(at, mac, length)
    this.left--
    this.at = at + behind
    return true
  }

  /** The kernel took the tag of a VLAN off: it goes back where it was, and the addresses move into the room in front. */
  private putTagBack(at: number, status: number): void {
    const { bytes, words, halves } = this
    const from = this.offset
    this.offset -= TAG
    this.length += TAG
    bytes.copyWithin(this.offset, from, from + ADDRESSES)
    const type = status & Status.VLAN_TPID_VALID ? halves[(at + Frame.TPID) >> 1]! : TAGGED
    const tag = words[(at + Frame.TCI) >> 2]!
    const place = this.offset + ADDRESSES
    bytes[place] = type >> 8
    bytes[place + 1] = type
    bytes[place + 2] = tag >> 8
    bytes[place + 3] = tag
  }

  private corrupt(what: string): Corrupt {
    this.left = 0
    return new Corrupt(`${what} in the receive ring makes no sense`)
  }
}
