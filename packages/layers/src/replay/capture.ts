/**
 * Reads a capture file (pcapng) block by block. The file may come from anybody: every length in it is checked against what is there
 * before it is believed.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { CamioError, fromSystemError } from '@camio/core/spi'

const SECTION = 0x0a0d0d0a
const INTERFACE = 1
const PACKET = 6
const SIMPLE_PACKET = 3
const BYTE_ORDER = 0x1a2b3c4d
const OPTION = { COMMENT: 1, RESOLUTION: 9, OFFSET: 14, FLAGS: 2 } as const
/** Bytes read at a time. */
const CHUNK = 256 * 1024
/** No tool writes larger blocks: libpcap's largest packet has 262,144 bytes. */
const LARGEST_BLOCK = 16 * 1024 * 1024
/** More interfaces than this a section has only to use up memory. */
const MOST_INTERFACES = 65_536

export interface Interface {
  readonly linkType: number
  /** Milliseconds of one unit of time. */
  readonly unitMs: number
  readonly offsetMs: number
}

/** One packet as it stands in the file; the object is used again for the next one. */
export interface Packet {
  /** Number within its section, and what is said of it. */
  which: number
  from: Interface
  /** Milliseconds since 1970, with fractions; `null` where the file does not say. */
  time: number | null
  /** 0 not known, 1 inbound, 2 outbound. */
  direction: number
  comment: string
  /** `bytes[start, end)`, valid until the next packet is read. */
  bytes: Uint8Array
  start: number
  end: number
  /** Bytes that it had on the wire. */
  length: number
}

const UNKNOWN: Interface = { linkType: -1, unitMs: 1e-3, offsetMs: 0 }

export class Capture {
  private readonly fd: number
  private bytes = new Uint8Array(CHUNK)
  private view = new DataView(this.bytes.buffer)
  private start = 0
  private end = 0
  private little = true
  private inSection = false
  private readonly interfaces: Interface[] = []
  private readonly packet: Packet = {
    which: 0,
    from: UNKNOWN,
    time: null,
    direction: 0,
    comment: '',
    bytes: this.bytes,
    start: 0,
    end: 0,
    length: 0,
  }

  /** @throws a system's error as a CamioError; `ERR_CAMIO_CORRUPT` where it is no capture, or no regular file */
  constructor(
    path: string,
    private readonly uri: string,
  ) {
    try {
      this.fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    } catch (error) {
      throw fromSystemError(error, uri, 'cannot open')
    }
    try {
      if (!fstatSync(this.fd).isFile()) throw this.corrupt('is no regular file')
      this.checkBeginning()
    } catch (error) {
      this.close()
      throw fromSystemError(error, uri, 'cannot read')
    }
  }

  private checkBeginning(): void {
    if (this.need(12) && this.view.getUint32(this.start) === SECTION) return
    throw this.corrupt('is no pcapng file (editcap and mergecap make one of others)')
  }

  close(): void {
    closeSync(this.fd)
  }

  /** The next packet, `null` at the end. @throws `ERR_CAMIO_CORRUPT`, `ERR_CAMIO_TRUNCATED`, a system's error as a CamioError */
  next(): Packet | null {
    for (;;) {
      if (!this.need(12)) {
        if (this.end > this.start) throw this.cut()
        return null
      }
      const type = this.u32(this.start)
      // A section's first field says in which order the others are, its length included.
      if (type === SECTION) this.beginSection()
      else if (!this.inSection) throw this.corrupt('does not begin with a section')
      const length = this.u32(this.start + 4)
      if (length < 12 || length % 4 !== 0 || length > LARGEST_BLOCK)
        throw this.corrupt(`has a block of ${length} bytes`)
      if (!this.need(length)) throw this.cut()
      const at = this.start + 8
      const end = this.start + length - 4
      this.start += length
      if (type === INTERFACE) this.addInterface(at, end)
      else if (type === PACKET && this.take(at, end)) return this.packet
      else if (type === SIMPLE_PACKET && this.takeSimple(at, end)) return this.packet
    }
  }

  private beginSection(): void {
    const magic = this.view.getUint32(this.start + 8, true)
    this.little = magic === BYTE_ORDER
    if (!this.little && this.view.getUint32(this.start + 8) !== BYTE_ORDER) throw this.corrupt('has a bad section')
    this.inSection = true
    this.interfaces.length = 0
  }

  private addInterface(at: number, end: number): void {
    if (end - at < 8) throw this.corrupt('has a bad interface')
    if (this.interfaces.length >= MOST_INTERFACES) throw this.corrupt('has too many interfaces')
    let unitMs = 1e-3
    let offsetMs = 0
    this.options(at + 8, end, (code, value, length) => {
      if (code === OPTION.RESOLUTION && length >= 1) unitMs = resolution(this.bytes[value]!)
      if (code === OPTION.OFFSET && length >= 8) offsetMs = Number(this.view.getBigInt64(value, this.little)) * 1000
    })
    this.interfaces.push({ linkType: this.u16(at), unitMs, offsetMs })
  }

  /** An enhanced packet block. */
  private take(at: number, end: number): boolean {
    if (end - at < 20) throw this.corrupt('has a bad packet')
    const { packet } = this
    const which = this.u32(at)
    const from = this.interfaces[which]
    const captured = this.u32(at + 12)
    if (from === undefined || captured > end - at - 20) throw this.corrupt('has a bad packet')
    const ticks = this.u32(at + 4) * 2 ** 32 + this.u32(at + 8)
    packet.time = from.offsetMs + ticks * from.unitMs
    packet.direction = 0
    packet.comment = ''
    this.fill(which, from, at + 20, captured, this.u32(at + 16))
    this.options(at + 20 + ((captured + 3) & ~3), end, (code, value, length) => {
      if (code === OPTION.FLAGS && length >= 4) packet.direction = this.u32(value) & 3
      if (code === OPTION.COMMENT) packet.comment = Buffer.from(this.bytes.subarray(value, value + length)).toString()
    })
    return true
  }

  /** Of the first interface, and without a time. */
  private takeSimple(at: number, end: number): boolean {
    const [from] = this.interfaces
    if (from === undefined || end - at < 4) throw this.corrupt('has a bad packet')
    const length = this.u32(at)
    this.packet.time = null
    this.packet.direction = 0
    this.packet.comment = ''
    this.fill(0, from, at + 4, Math.min(length, end - at - 4), length)
    return true
  }

  private fill(which: number, from: Interface, start: number, captured: number, length: number): void {
    const { packet } = this
    packet.which = which
    packet.from = from
    packet.bytes = this.bytes
    packet.start = start
    packet.end = start + captured
    packet.length = length
  }

  private options(at: number, end: number, each: (code: number, value: number, length: number) => void): void {
    for (let next = at; end - next >= 4; ) {
      const code = this.u16(next)
      const length = this.u16(next + 2)
      if (code === 0) return
      if (length > end - next - 4) throw this.corrupt('has a bad option')
      each(code, next + 4, length)
      next += 4 + ((length + 3) & ~3)
    }
  }

  // ---------------------------------------------------------------------------------------------------- the window

  /** Sees to it that `length` bytes are there from `start` on. @returns `false` at the end of the file */
  private need(length: number): boolean {
    if (this.end - this.start >= length) return true
    if (this.start > 0) {
      this.bytes.copyWithin(0, this.start, this.end)
      this.end -= this.start
      this.start = 0
    }
    if (length > this.bytes.length) this.grow(length)
    while (this.end < length) {
      const count = this.read()
      if (count === 0) return false
      this.end += count
    }
    return true
  }

  private read(): number {
    try {
      return readSync(this.fd, this.bytes, this.end, this.bytes.length - this.end, null)
    } catch (error) {
      throw fromSystemError(error, this.uri, 'cannot read')
    }
  }

  private grow(length: number): void {
    const larger = new Uint8Array(length)
    larger.set(this.bytes.subarray(0, this.end))
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }

  private u16(at: number): number {
    return this.view.getUint16(at, this.little)
  }

  private u32(at: number): number {
    return this.view.getUint32(at, this.little)
  }

  private corrupt(what: string): CamioError {
    return new CamioError('ERR_CAMIO_CORRUPT', `${this.uri} ${what}`, { uri: this.uri })
  }

  private cut(): CamioError {
    return new CamioError('ERR_CAMIO_TRUNCATED', `${this.uri} ends in the middle of a block`, { uri: this.uri })
  }
}

/** `if_tsresol`: a negative power of ten, or of two with the highest bit. @returns milliseconds */
function resolution(value: number): number {
  const power = value & 0x7f
  return 1000 * (value & 0x80 ? 2 ** -power : 10 ** -power)
}
