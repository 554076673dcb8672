/**
 * Addresses of datagrams as 24 bytes, so that one can be received, compared, looked up and answered without an object or a text of
 * its own. The layout is native/name.h's.
 */
import { networkInterfaces } from 'node:os'
import type { Address } from '@camio/core/spi'
import ipaddr from 'ipaddr.js'
import { native } from './native/binding.js'

export const NAME_SIZE = 24

const PORT = 16
const FAMILY = 18
const ZONE = 20

const NOWHERE = new Uint8Array(NAME_SIZE)

/** Equal for equal names: what a `Map` looks peers up by. A number for IPv4, which costs no allocation worth the name. */
export type NameKey = number | string

export function keyOf(names: Uint8Array, at: number): NameKey {
  const port = names[at + PORT]! * 256 + names[at + PORT + 1]!
  if (names[at + FAMILY] === 4) {
    const address = ((names[at]! * 256 + names[at + 1]!) * 256 + names[at + 2]!) * 256 + names[at + 3]!
    return address * 65_536 + port
  }
  return String.fromCharCode(...names.subarray(at, at + NAME_SIZE))
}

export function isIpv6(name: Uint8Array): boolean {
  return name[FAMILY] === 6
}

export function sameName(a: Uint8Array, from: number, b: Uint8Array, other: number): boolean {
  for (let i = 0; i < NAME_SIZE; i++) if (a[from + i] !== b[other + i]) return false
  return true
}

/**
 * An address that may change with every message: it shows where a name lies, and makes text of it when it is asked. Copy what you
 * keep: `{ host, port }`.
 */
export class Remote implements Address {
  private names: Uint8Array = NOWHERE
  private at = 0
  private text: string | null = null

  /** From now on it is this name, which must stay where it is as long. */
  show(names: Uint8Array, at: number): this {
    this.names = names
    this.at = at
    this.text = null
    return this
  }

  get host(): string {
    return (this.text ??= hostOf(this.names, this.at))
  }

  get port(): number {
    return this.names[this.at + PORT]! * 256 + this.names[this.at + PORT + 1]!
  }

  copyTo(target: Uint8Array, to: number): void {
    target.set(this.names.subarray(this.at, this.at + NAME_SIZE), to)
  }

  toJSON(): Address {
    return { host: this.host, port: this.port }
  }
}

function hostOf(names: Uint8Array, at: number): string {
  if (names[at + FAMILY] === 4) return `${names[at]}.${names[at + 1]}.${names[at + 2]}.${names[at + 3]}`
  if (names[at + FAMILY] !== 6) return 'unknown'
  const host = new ipaddr.IPv6(Array.from(names.subarray(at, at + 16))).toRFC5952String()
  const zone = new DataView(names.buffer, names.byteOffset).getUint32(at + ZONE, true)
  return zone === 0 ? host : `${host}%${zone}`
}

/** The last address that was written: a program sends to the same one again and again. */
let lastHost = ''
let lastPort = -1
const lastName = new Uint8Array(NAME_SIZE)

/** @returns whether `address` is one: a numeric host, and a port @param to where its name goes in `target` */
export function writeName(address: Address, target: Uint8Array, to: number): boolean {
  if (address instanceof Remote) {
    address.copyTo(target, to)
    return true
  }
  const { host, port } = address
  if (host !== lastHost || port !== lastPort) {
    if (!parseName(host, port, lastName)) {
      lastPort = -1
      return false
    }
    lastHost = host
    lastPort = port
  }
  target.set(lastName, to)
  return true
}

/**
 * Can it be sent to? Port 0 is no place: a datagram may come from there (RFC 768: who wants no answer says so), but none can go.
 */
export function isPlace(name: Uint8Array): boolean {
  return name[FAMILY] !== 0 && (name[PORT] !== 0 || name[PORT + 1] !== 0)
}

/** The name of a numeric address. @returns `null`: it is none */
export function nameOf(address: Address): Uint8Array | null {
  const name = new Uint8Array(NAME_SIZE)
  return writeName(address, name, 0) ? name : null
}

function parseName(host: string, port: number, name: Uint8Array): boolean {
  if (port >>> 0 !== port || port > 65_535 || typeof host !== 'string') return false
  const [digits = '', zone] = host.split('%')
  const parsed = parseIp(digits)
  if (parsed === null) return false
  const bytes = parsed.toByteArray()
  name.fill(0)
  name.set(bytes)
  name[PORT] = port >> 8
  name[PORT + 1] = port & 255
  name[FAMILY] = bytes.length === 4 ? 4 : 6
  if (zone === undefined) return true
  const index = interfaceIndex(zone)
  new DataView(name.buffer).setUint32(ZONE, index, true)
  return index > 0
}

/** IPv4 that is mapped into IPv6 is IPv4, as the system reports it. */
function parseIp(digits: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(digits)) return ipaddr.IPv4.parse(digits)
  return ipaddr.IPv6.isValid(digits) ? ipaddr.process(digits) : null
}

/** An interface's index by its name. @returns 0: there is no such interface, or nobody here can tell */
export function interfaceIndex(zone: string): number {
  if (/^\d{1,9}$/.test(zone)) return Number(zone)
  const { binding } = native.loaded
  if (binding !== null) return binding.interfaceIndex(zone)
  // Only link-local addresses show it.
  const addresses = (networkInterfaces()[zone] ?? []) as ReadonlyArray<{ scopeid?: number }>
  return addresses.find(({ scopeid = 0 }) => scopeid > 0)?.scopeid ?? 0
}
