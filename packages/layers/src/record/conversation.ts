/** One stream in a recording: what it reads and writes as packets between two addresses. */

import { parseHostPort } from '@camio/core/net'
import { type Address, isCamioError, type Stream } from '@camio/core/spi'
import { type Endpoint, endpointOf, LARGEST_DATAGRAM, LARGEST_SEGMENT, Packets, sameFamily } from './packets.js'
import { Direction, LinkType, type Recording } from './recording.js'

/** Addresses for examples (RFC 5737), where a stream has none of its own: ours and theirs. */
const HERE = Uint8Array.of(192, 0, 2, 1)
const THERE = Uint8Array.of(192, 0, 2, 2)
/** Ports of its own for each stream, from the dynamic ones on (RFC 6335). */
const FIRST_PORT = 49_152
/** A message that is too large for one packet goes on in the next one. */
export const CONTINUES = new TextEncoder().encode('camio: continues in the next packet')

export class Conversation {
  private readonly which: number
  private readonly packets: Packets
  private readonly here: Endpoint
  private readonly there: Endpoint
  /** Sequence numbers of the next bytes, by {@link Direction}. */
  private readonly next = new Uint32Array([0, 1, 1])
  private last: Address & { readonly endpoint: Endpoint }
  private readonly frames: boolean
  private readonly isBytes: boolean

  constructor(
    private readonly recording: Recording,
    { uri, features }: Stream,
  ) {
    this.frames = features.scope === 'link' && features.framing === 'messages'
    this.isBytes = features.framing === 'bytes'
    this.which = recording.addInterface(this.frames ? LinkType.ETHERNET : LinkType.RAW, uri)
    this.packets = new Packets(recording.buffer)
    const port = FIRST_PORT + (this.which % (65_536 - FIRST_PORT))
    this.there = remoteOf(uri) ?? { address: THERE, port }
    this.here = sameFamily({ address: HERE, port }, this.there)
    this.last = { host: '', port: 0, endpoint: this.there }
  }

  /** @param from who sent it, where streams have many peers */
  read(bytes: Uint8Array, start: number, end: number, from: Address | undefined): void {
    const there = this.endpointOf(from)
    this.add(bytes, start, end, there, sameFamily(this.here, there), Direction.IN)
  }

  written(bytes: Uint8Array, start: number, end: number, to: Address | undefined): void {
    const there = this.endpointOf(to)
    this.add(bytes, start, end, sameFamily(this.here, there), there, Direction.OUT)
  }

  private endpointOf(address: Address | undefined): Endpoint {
    if (address === undefined) return this.there
    const { host, port } = address
    // Most often it is that of the message before.
    if (host !== this.last.host || port !== this.last.port) {
      this.last = { host, port, endpoint: endpointOf(address) ?? this.there }
    }
    return this.last.endpoint
  }

  private add(bytes: Uint8Array, start: number, end: number, from: Endpoint, to: Endpoint, direction: number): void {
    const largest = this.isBytes ? LARGEST_SEGMENT : LARGEST_DATAGRAM
    let at = start
    // An empty message is a packet, too.
    do {
      const piece = Math.min(end - at, largest)
      this.packet(bytes, at, piece, from, to, direction, at + piece < end)
      at += piece
    } while (at < end)
  }

  private packet(
    bytes: Uint8Array,
    at: number,
    length: number,
    from: Endpoint,
    to: Endpoint,
    direction: number,
    more: boolean,
  ): void {
    const { recording, packets, next, isBytes } = this
    const header = this.frames ? 0 : Packets.headerLength(from, isBytes)
    const comment = more && !isBytes ? CONTINUES : null
    const start = recording.beginPacket(this.which, header + length, comment)
    recording.buffer.set(bytes.subarray(at, at + length), start + header)
    if (isBytes) {
      const back = direction === Direction.IN ? Direction.OUT : Direction.IN
      packets.segment(start, from, to, next[direction]!, next[back]!, length)
      next[direction]! += length
    } else if (!this.frames) {
      packets.datagram(start, from, to, length)
    }
    recording.endPacket(start, header + length, direction, comment)
  }
}

/** Whom a stream's URI names by number. TLS is recorded as the program sees it: under its port it would be taken for what it is not. */
function remoteOf(uri: string): Endpoint | null {
  const [scheme, ...rest] = uri.split(':')
  if (scheme !== 'tcp' && scheme !== 'udp') return null
  try {
    return endpointOf(parseHostPort(rest.join(':').split('?')[0]!, uri))
  } catch (error) {
    if (isCamioError(error)) return null
    throw error
  }
}
