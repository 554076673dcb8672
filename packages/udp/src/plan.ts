/** What a URI and its options ask for, as sockets know it: where to bind, to connect, to join. */
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { badUri, type HostPort, parseLocal } from '@camio/core/net'
import { CamioError, shorten, type Target } from '@camio/core/spi'
import { interfaceIndex, nameOf } from './name.js'
import type { udpOptions } from './options.js'

export type UdpTarget = Target<typeof udpOptions>

/** One socket. Hosts are numeric. */
export interface SocketPlan {
  readonly local: HostPort | null
  readonly remote: HostPort | null
  /** The multicast group to join. */
  readonly group: HostPort | null
  /** Where datagrams without an address go, on a socket that is not connected. */
  readonly home: HostPort | null
  /** Which interface multicast datagrams leave, and groups are joined, on; `null` leaves it to the routing table. */
  readonly multicast: Interface | null
  /** What the stream's URI says; `null`: what was bound. */
  readonly named: HostPort | null
}

const NOTHING: SocketPlan = { local: null, remote: null, group: null, home: null, multicast: null, named: null }

/**
 * `udp://:port` is bound and open to everybody, a multicast group is joined, anything else is connected to.
 * @param place what the URI says
 * @param host one of its addresses, or, where it names none, one to bind
 * @throws `ERR_CAMIO_BAD_URI`, `ERR_CAMIO_BAD_OPTION`, `ERR_CAMIO_ADDRESS`
 */
export function planToOpen(target: UdpTarget, place: HostPort, host: string): SocketPlan {
  checkZone(target, host)
  if (place.host === '') return planToBind(target, { host, port: place.port })
  if (isMulticast(host)) return planForGroup(target, host, place)
  return planToConnect(target, { host, port: place.port }, place)
}

/** `host` is numeric: without a name it has a zone that nobody knows. */
function checkZone({ uri }: UdpTarget, host: string): void {
  if (nameOf({ host, port: 0 }) !== null) return
  const message = `${shorten(uri)}: the zone of ${shorten(host, 60)} is no interface of this host`
  throw new CamioError('ERR_CAMIO_ADDRESS', message, { uri })
}

/** The `bind` option. @throws `ERR_CAMIO_BAD_OPTION` */
export function bindOf({ uri, options }: UdpTarget): HostPort | null {
  return options.bind === undefined ? null : parseLocal(options.bind, uri)
}

function planToConnect(target: UdpTarget, remote: HostPort, named: HostPort): SocketPlan {
  const { uri } = target
  if (remote.port === 0) throw badUri(uri, 'has port 0, which nobody can send to')
  refuse(target, ['iface', 'source', 'loop', 'ttl'], 'is for multicast groups')
  return { ...NOTHING, local: bindOf(target), remote, named }
}

/** It may send to groups, and join none. */
function planToBind(target: UdpTarget, local: HostPort): SocketPlan {
  refuse(target, ['source', 'ttl'], 'is for multicast groups')
  return { ...NOTHING, local, multicast: interfaceOf(target, local.host) }
}

function planForGroup(target: UdpTarget, host: string, named: HostPort): SocketPlan {
  const { mode, uri } = target
  const { port } = named
  const own = bindOf(target)
  const multicast = interfaceOf(target, host)
  const group = { host: scoped(host, multicast), port }
  if (mode !== 'r' && port === 0) throw badUri(uri, 'has port 0, which nobody can send to')
  if (mode === 'w') {
    refuse(target, ['source'], 'is for who reads a group')
    return { ...NOTHING, local: own, remote: group, named, multicast }
  }
  if (own !== null) throw badOption(uri, 'bind', 'is for senders: who reads a group is bound to it')
  // Bound to the group's address: what is sent to this port of the host's own addresses is nobody's business here.
  return { ...NOTHING, local: group, group, home: mode === 'rw' ? group : null, named, multicast }
}

/** @throws like {@link planToOpen} */
export function planToListen(target: UdpTarget, local: HostPort): SocketPlan {
  checkZone(target, local.host)
  if (isMulticast(local.host)) throw badUri(target.uri, 'is a multicast group: open it, with mode=r to receive')
  refuse(target, ['bind'], 'is for open: a listener is bound to what its URI says')
  refuse(target, ['iface', 'source', 'loop', 'ttl'], 'is for multicast groups')
  return { ...NOTHING, local }
}

/** Options that would do nothing are mistakes. Of `ttl` it is only 0, with which no other host can be reached. */
function refuse(
  { uri, options }: UdpTarget,
  names: readonly ('bind' | 'iface' | 'source' | 'loop' | 'ttl')[],
  why: string,
): void {
  for (const name of names) {
    const given = name === 'loop' ? !options.loop : name === 'ttl' ? options.ttl === 0 : options[name] !== undefined
    if (given) throw badOption(uri, name, name === 'ttl' ? `is 0, which ${why}` : why)
  }
}

export function isMulticast(host: string): boolean {
  const [digits = ''] = host.split('%')
  const name = nameOf({ host: digits, port: 1 })
  if (name === null) return false
  return isIP(digits) === 4 ? name[0]! >> 4 === 14 : name[0] === 255
}

/** The interface of multicast, by its name and by one of its addresses. */
export interface Interface {
  readonly name: string
  /** Of the family that is asked for; `undefined`: it has none. */
  readonly address: string | undefined
}

/**
 * The `iface` option, and the zone of the group's address, which is the same said otherwise.
 * @throws `ERR_CAMIO_BAD_OPTION` when this host has no such interface, or they are two
 */
function interfaceOf({ uri, options }: UdpTarget, host: string): Interface | null {
  const family = host.includes(':') ? 6 : 4
  const [, zone] = host.split('%')
  const { iface } = options
  const found = iface === undefined ? null : findInterface(uri, iface, family)
  if (zone === undefined || zone === found?.name) return found
  if (found !== null) throw badOption(uri, 'iface', `is "${found.name}", and the address is on "${zone}"`)
  return { name: zone, address: undefined }
}

function findInterface(uri: string, iface: string, family: 4 | 6): Interface {
  const bare = iface.replace(/^\[|\]$/g, '')
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    if (name !== iface && !addresses.some(({ address }) => address === bare)) continue
    const own = addresses.find((one) => one.family === `IPv${family}`)
    return { name, address: own?.address }
  }
  // One without an address is not in that list.
  if (isIP(bare) === 0 && interfaceIndex(iface) > 0) return { name: iface, address: undefined }
  throw badOption(uri, 'iface', `is "${shorten(iface, 60)}", which is no interface of this host, nor an address of one`)
}

/** A group whose scope is one interface, or one link, is another one on each of them (RFC 4291, section 2.7). */
function scoped(host: string, multicast: Interface | null): string {
  if (multicast === null || host.includes('%') || !/^ff[0-9a-f][12]:/i.test(host)) return host
  return `${host}%${multicast.name}`
}

/** The `source` option. @throws `ERR_CAMIO_BAD_OPTION` */
export function sourceOf({ uri, options }: UdpTarget): string | null {
  const { source } = options
  if (source === undefined) return null
  if (isIP(source) === 0) throw badOption(uri, 'source', `is "${shorten(source, 60)}", not a numeric address`)
  return source
}

/** `tos` and `ecn` as one byte; -1 leaves the system's. */
export function trafficClass({ tos, ecn }: UdpTarget['options']): number {
  if (ecn === undefined) return tos ?? -1
  const codepoint = { 'not-ect': 0, ect1: 1, ect0: 2 }[ecn]
  return ((tos ?? 0) & ~3) | codepoint
}

export function badOption(uri: string, name: string, why: string): CamioError {
  return new CamioError('ERR_CAMIO_BAD_OPTION', `option "${name}" in ${shorten(uri)} ${why}`, { uri })
}
