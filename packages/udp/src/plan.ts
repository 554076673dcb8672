/** What a URI and its options ask for, as sockets know it: where to bind, to connect, to join. */
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { ANY_HOST, addressesOf, badUri, type HostPort, parseHostPort, parseLocal } from '@camio/core/net'
import { CamioError, shorten, type Target } from '@camio/core/spi'
import { nameOf } from './name.js'
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
  /** What the stream's URI says; `null`: what was bound. */
  readonly named: HostPort | null
}

const NOTHING: SocketPlan = { local: null, remote: null, group: null, home: null, named: null }

/**
 * `udp://:port` is bound and open to everybody, a multicast group is joined, anything else is connected to.
 * @returns the plans to try in turn
 * @throws `ERR_CAMIO_BAD_URI`, `ERR_CAMIO_BAD_OPTION`, `ERR_CAMIO_ADDRESS`; the signal's reason
 */
export async function plansToOpen(target: UdpTarget): Promise<readonly SocketPlan[]> {
  const { uri, options, signal } = target
  const place = parseHostPort(target.address, uri)
  const bind = options.bind === undefined ? null : parseLocal(options.bind, uri)
  if (place.host === '') return plansToBind({ host: bind?.host ?? '', port: place.port })
  const hosts = await addressesOf(place.host, signal ?? new AbortController().signal)
  return hosts.map((host) => {
    const at = { host, port: place.port }
    return isMulticast(host) ? planForGroup(target, at) : connectPlan(target, at, place, bind)
  })
}

function connectPlan({ uri }: UdpTarget, remote: HostPort, named: HostPort, local: HostPort | null): SocketPlan {
  if (remote.port === 0) throw badUri(uri, 'has port 0, which nobody can send to')
  return { ...NOTHING, local, remote, named }
}

function planForGroup({ mode, uri, options }: UdpTarget, group: HostPort): SocketPlan {
  const own = options.bind === undefined ? null : parseLocal(options.bind, uri)
  if (mode === 'w') return { ...NOTHING, local: own, remote: group, named: group }
  if (own !== null) throw badOption(uri, 'bind', 'is for senders: who reads a group is bound to it')
  // Bound to the group's address: what is sent to this port of the host's own addresses is nobody's business here.
  return { ...NOTHING, local: group, group, home: mode === 'rw' ? group : null, named: group }
}

/** Every address of this host, both families; where there is no IPv6, IPv4's. */
function plansToBind({ host, port }: HostPort): readonly SocketPlan[] {
  const hosts = host === '' ? [ANY_HOST, '0.0.0.0'] : [host]
  return hosts.map((one) => ({ ...NOTHING, local: { host: one, port } }))
}

/** @throws like {@link plansToOpen} */
export async function plansToListen(target: UdpTarget): Promise<readonly SocketPlan[]> {
  const { uri, signal } = target
  const place = parseHostPort(target.address, uri)
  if (place.host === '') return plansToBind(place)
  const [host] = await addressesOf(place.host, signal ?? new AbortController().signal)
  if (isMulticast(host!)) throw badUri(uri, 'is a multicast group: open it, with mode=r to receive')
  return [{ ...NOTHING, local: { host: host!, port: place.port } }]
}

export function isMulticast(host: string): boolean {
  const name = nameOf({ host, port: 1 })
  if (name === null) return false
  return isIP(host.split('%')[0]!) === 4 ? name[0]! >> 4 === 14 : name[0] === 255
}

/** The `iface` option, by the interface's name and by one of its addresses. */
export interface Interface {
  readonly name: string
  /** Of the family that is asked for; `undefined`: it has none. */
  readonly address: string | undefined
}

/** @throws `ERR_CAMIO_BAD_OPTION` when this host has no such interface */
export function interfaceOf({ uri, options }: UdpTarget, family: 4 | 6): Interface | null {
  const { iface } = options
  if (iface === undefined) return null
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    const bare = iface.replace(/^\[|\]$/g, '')
    if (name !== iface && !addresses.some(({ address }) => address === bare)) continue
    const own = addresses.find((one) => one.family === `IPv${family}`)
    return { name, address: own?.address }
  }
  // One without an address is not in that list; whoever knows names asks the system.
  if (isIP(iface) === 0) return { name: iface, address: undefined }
  throw badOption(uri, 'iface', `is "${shorten(iface, 60)}", which is no address of this host`)
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
