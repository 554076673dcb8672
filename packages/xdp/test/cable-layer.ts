/**
 * Messages of any length over a stream of frames, for the conformance suite: 16 bytes of header in front - addresses, an ethertype
 * for local experiments (IEEE 802, 0x88b5), the length. Every call goes on to the stream beneath, which is what is tested.
 */
import {
  type BatchHandler,
  type BatchWriter,
  Counter,
  type Features,
  features,
  Layer,
  type Stream,
  type StreamInit,
  WRITE,
} from '@camio/core/spi'

const HEADER = 16
const LENGTH = 14
/** The tag of a VLAN, which counts towards the longest frame. */
const TAG = 4

const TO_ALL = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5)

export function cableFeatures(inner: Features): Features {
  return features({ ...inner, mtu: inner.mtu - HEADER - TAG, connectionless: false, acceptsMany: true })
}

function read(bytes: Uint8Array, offset: number): number {
  return (bytes[offset + LENGTH]! << 8) | bytes[offset + LENGTH + 1]!
}

function write(bytes: Uint8Array, offset: number, length: number): void {
  bytes.set(TO_ALL, offset)
  bytes[offset + LENGTH] = length >> 8
  bytes[offset + LENGTH + 1] = length
}

export class CableLayer extends Layer {
  readonly maxClaim: number
  private claimed = -1
  private place = 0

  constructor(inner: Stream, init: StreamInit, uri: string) {
    super(inner, init, cableFeatures(inner.features))
    Object.defineProperty(this, 'uri', { value: uri })
    this.maxClaim = inner.maxClaim - HEADER - TAG
  }

  protected holds(): null {
    return null
  }
  get ended(): boolean {
    return this.inner.ended
  }

  tryRead(): Uint8Array | null {
    const lease = this.inner.tryRead()
    return lease === null ? null : this.unwrap(lease)
  }

  override tryReadBatch(limit?: number): Uint8Array[] | null {
    return this.inner.tryReadBatch(limit)?.map((lease) => this.unwrap(lease)) ?? null
  }

  private unwrap(lease: Uint8Array): Uint8Array {
    const length = read(lease, 0)
    this.counted(length)
    return lease.subarray(HEADER, HEADER + length)
  }

  private counted(length: number): void {
    this.stats.counters[Counter.messages]! += 1
    this.stats.counters[Counter.bytes]! += length
  }

  release(): boolean {
    return this.inner.release()
  }

  override readBatch(fn: BatchHandler, limit?: number): number {
    return this.inner.readBatch((bytes, offset) => {
      const length = read(bytes, offset)
      this.counted(length)
      return fn(bytes, offset + HEADER, length)
    }, limit)
  }

  tryClaim(length: number): Uint8Array | null {
    const offset = this.tryClaimAt(length)
    return offset < 0 ? null : this.claimBytes.subarray(offset, offset + length)
  }

  override tryClaimAt(length: number): number {
    if (length > this.maxClaim && !this.writeForbidden) throw this.badClaim(length)
    const offset = this.inner.tryClaimAt(length >>> 0 === length ? HEADER + length : length)
    if (offset < 0) return -1
    this.claimBytes = this.inner.claimBytes
    this.claimed = length
    this.place = offset
    return offset + HEADER
  }

  commit(length = this.claimed, more?: boolean): void {
    if (this.claimed < 0 || this.inner.closed) {
      this.inner.commit()
      return
    }
    if (length >>> 0 !== length || length > this.claimed)
      throw this.misuse('ERR_CAMIO_MISUSE', `cannot commit ${length}`)
    this.claimed = -1
    write(this.claimBytes, this.place, length)
    this.inner.commit(HEADER + length, more)
    this.sent(length)
  }

  private sent(length: number): void {
    this.stats.counters[WRITE + Counter.messages]! += 1
    this.stats.counters[WRITE + Counter.bytes]! += length
  }

  cancel(): void {
    this.claimed = -1
    this.inner.cancel()
  }

  override writeBatch(fn: BatchWriter, length: number, limit?: number): number {
    if (length > this.maxClaim && !this.writeForbidden) throw this.badClaim(length)
    const { inner } = this
    const room = length >>> 0 === length ? HEADER + length : length
    return inner.writeBatch(
      (bytes, offset, _room, index) => {
        this.claimBytes = bytes
        const used = this.batchLength(fn(bytes, offset + HEADER, length, index), length)
        if (used < 0) return false
        write(bytes, offset, used)
        if (!inner.closed && !this.writeForbidden) this.sent(used)
        return HEADER + used
      },
      room,
      limit,
    )
  }
}
