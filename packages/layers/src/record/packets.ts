/**
 * What a recorded stream looks like on a wire that it never saw: IP packets with TCP segments (byte streams) or UDP datagrams (messages)
 * of two addresses, so that Wireshark shows who said how much, and follows the stream. Headers after RFC 791, 8200, 768 and 9293.
 */
import { isIPv4 } from 'node:net'
import type { Address } from '@camio/core/spi'
import { checksum, sum16 } from './checksum.js'

/** One side of a conversation: 4 bytes of address or 16, and a port. */
export interface Endpoint {
  readonly address: Uint8Array
  readonly port: number
}

/** The largest payloads that IPv4 has room for. */
export const LARGEST_SEGMENT = 65_495
export const LARGEST_DATAGRAM = 65_507

const TCP = 6
const UDP = 17
const ACK_PSH = 0x18
/** Bytes of the largest header: IPv6 and TCP. */
export const LARGEST_HEADER = 60

/** @returns `null` where `host` is a name, or has a zone that a header cannot say */
export function endpointOf({ host, port }: Address): Endpoint | null {
  if (isIPv4(host)) return { address: Uint8Array.from(host.split('.').map(Number)), port }
  const address = ipv6Of(host.replace(/%.*$/, ''))
  return address === null ? null : { address, port }
}

function ipv6Of(host: string): Uint8Array | null {
  if (!URL.canParse(`http://[${host}]`)) return null
  // What it makes of it has neither an embedded IPv4 address nor upper case.
  const [head = '', tail] = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::')
  const words = (text: string) => (text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16)))
  const [front, back] = [words(head), words(tail ?? '')]
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back]
  return Uint8Array.from(all.flatMap((word) => [word >> 8, word & 255]))
}

/** Both as IPv6 where one is: an IPv4 address as its mapped form (RFC 4291, section 2.5.5.2). */
export function sameFamily(endpoint: Endpoint, other: Endpoint): Endpoint {
  if (endpoint.address.length === 16 || other.address.length === 4) return endpoint
  const address = new Uint8Array(16)
  address.fill(0xff, 10, 12)
  address.set(endpoint.address, 12)
  return { ...endpoint, address }
}

/** Writes headers in front of a payload: `out[at, ...)`. */
export class Packets {
  private readonly view: DataView

  constructor(private readonly out: Uint8Array) {
    this.view = new DataView(out.buffer, out.byteOffset, out.length)
  }

  /** Bytes in front of the payload. */
  static headerLength(from: Endpoint, segment: boolean): number {
    return (from.address.length === 4 ? 20 : 40) + (segment ? 20 : 8)
  }

  /** A datagram whose `length` bytes of payload lie behind the header already. */
  datagram(at: number, from: Endpoint, to: Endpoint, length: number): void {
    const { view } = this
    const udp = this.ip(at, from, to, UDP, 8 + length)
    view.setUint16(udp, from.port)
    view.setUint16(udp + 2, to.port)
    view.setUint16(udp + 4, 8 + length)
    view.setUint16(udp + 6, 0)
    // A computed zero is written as all ones: zero means that there is none.
    view.setUint16(udp + 6, this.checksumOf(udp, 8 + length, from, to, UDP) || 0xffff)
  }

  /** A segment whose `length` bytes of payload lie behind the header already. */
  segment(at: number, from: Endpoint, to: Endpoint, sequence: number, acknowledged: number, length: number): void {
    const { view } = this
    const tcp = this.ip(at, from, to, TCP, 20 + length)
    view.setUint16(tcp, from.port)
    view.setUint16(tcp + 2, to.port)
    view.setUint32(tcp + 4, sequence)
    view.setUint32(tcp + 8, acknowledged)
    view.setUint8(tcp + 12, 5 << 4)
    view.setUint8(tcp + 13, ACK_PSH)
    view.setUint16(tcp + 14, 0xffff)
    view.setUint32(tcp + 16, 0)
    view.setUint16(tcp + 16, this.checksumOf(tcp, 20 + length, from, to, TCP))
  }

  /** @returns where the header ends */
  private ip(at: number, from: Endpoint, to: Endpoint, protocol: number, length: number): number {
    const { view, out } = this
    if (from.address.length === 16) {
      view.setUint32(at, 6 << 28)
      view.setUint16(at + 4, length)
      view.setUint8(at + 6, protocol)
      view.setUint8(at + 7, 64)
      out.set(from.address, at + 8)
      out.set(to.address, at + 24)
      return at + 40
    }
    view.setUint16(at, 0x4500)
    view.setUint16(at + 2, 20 + length)
    // No identification: it is never fragmented (RFC 6864).
    view.setUint32(at + 4, 0x4000)
    view.setUint16(at + 8, (64 << 8) | protocol)
    view.setUint16(at + 10, 0)
    out.set(from.address, at + 12)
    out.set(to.address, at + 16)
    view.setUint16(at + 10, checksum(sum16(out, at, at + 20)))
    return at + 20
  }

  /** Over the pseudo-header, and `out[at, at + length)`. */
  private checksumOf(at: number, length: number, from: Endpoint, to: Endpoint, protocol: number): number {
    const pseudo = sum16(
      to.address,
      0,
      to.address.length,
      sum16(from.address, 0, from.address.length, protocol + length),
    )
    return checksum(sum16(this.out, at, at + length, pseudo))
  }
}
