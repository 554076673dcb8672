/** Where the payload of a recorded packet lies: behind IP and TCP or UDP, or all of it. */

import { LinkType } from '../record/recording.js'
import type { Packet } from './capture.js'

const TCP = 6
const UDP = 17

/** Cuts a packet down to its payload, in place. @returns whether there is one that can be replayed */
export function toPayload(packet: Packet): boolean {
  const { from } = packet
  // Frames are messages as they are.
  if (from.linkType !== LinkType.RAW) return true
  const version = packet.end > packet.start ? packet.bytes[packet.start]! >> 4 : 0
  if (version === 4) return fromIpv4(packet)
  return version === 6 && fromIpv6(packet)
}

function fromIpv4(packet: Packet): boolean {
  const { bytes, start, end } = packet
  const header = (bytes[start]! & 15) * 4
  if (header < 20 || end - start < header) return false
  // Padding behind it is not its own.
  packet.end = Math.min(end, start + u16(bytes, start + 2))
  return fromTransport(packet, start + header, bytes[start + 9]!)
}

function fromIpv6(packet: Packet): boolean {
  const { bytes, start, end } = packet
  if (end - start < 40) return false
  packet.end = Math.min(end, start + 40 + u16(bytes, start + 4))
  return fromTransport(packet, start + 40, bytes[start + 6]!)
}

function fromTransport(packet: Packet, at: number, protocol: number): boolean {
  const { bytes, end } = packet
  const least = protocol === UDP ? 8 : 20
  if ((protocol !== UDP && protocol !== TCP) || end - at < least) return false
  const header = protocol === UDP ? 8 : (bytes[at + 12]! >> 4) * 4
  if (header < least || end - at < header) return false
  packet.start = at + header
  // A segment without bytes says only that others have arrived.
  return protocol === UDP || packet.start < end
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}
