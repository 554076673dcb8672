/** The engine on node:dgram, for platforms without the native part. */
import { createSocket, type Socket } from 'node:dgram'
import { CamioError } from '@camio/core/spi'
import type { Engine } from '../engine.js'
import { badOption, type Interface, type SocketPlan, sourceOf, type UdpTarget } from '../plan.js'
import type { Port, PortOwner } from '../port.js'
import { NodePort } from './port.js'

export class NodeEngine implements Engine {
  readonly name = 'node'
  readonly writeCopies = 1

  async open(target: UdpTarget, plan: SocketPlan, owner: PortOwner): Promise<Port> {
    refuseWhatNodeCannot(target)
    const { rcvbuf, sndbuf, reuseport: reusePort, queue } = target.options
    const ipv6 = (plan.local ?? plan.remote)!.host.includes(':')
    const socket = createSocket({
      type: ipv6 ? 'udp6' : 'udp4',
      reuseAddr: plan.group !== null,
      // Numbers only: nothing is to be looked up.
      lookup: (host, _options, done) => done(null, host, ipv6 ? 6 : 4),
      ...(reusePort && { reusePort }),
      ...(rcvbuf > 0 && { recvBufferSize: rcvbuf }),
      ...(sndbuf > 0 && { sendBufferSize: sndbuf }),
    })
    try {
      await bound(socket, plan)
      setUp(socket, target, plan)
      if (plan.remote !== null) await connected(socket, plan.remote)
      return new NodePort(socket, queue, owner)
    } catch (error) {
      socket.close()
      throw error
    }
  }
}

function bound(socket: Socket, { local }: SocketPlan): Promise<void> {
  const { host: address, port } = local ?? { host: undefined, port: 0 }
  return settled(socket, (done) =>
    socket.bind({ ...(address !== undefined && { address }), port, exclusive: true }, done),
  )
}

function connected(socket: Socket, { host, port }: { host: string; port: number }): Promise<void> {
  return settled(socket, (done) => socket.connect(port, host, done))
}

/** One step of a socket's, which calls back or emits an error. */
function settled(socket: Socket, step: (done: (error?: Error) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    step((error) => {
      socket.off('error', reject)
      if (error) reject(error)
      else resolve()
    })
  })
}

function setUp(socket: Socket, target: UdpTarget, { local, remote, group, multicast }: SocketPlan): void {
  const { broadcast, ttl, loop } = target.options
  if (broadcast) socket.setBroadcast(true)
  if (ttl !== undefined && ttl > 0) socket.setTTL(ttl)
  if (ttl !== undefined) socket.setMulticastTTL(ttl)
  if (!loop) socket.setMulticastLoopback(false)
  const ipv6 = (local ?? remote)!.host.includes(':')
  const own = multicast === null ? undefined : interfaceAddress(target.uri, multicast, ipv6)
  if (own !== undefined) socket.setMulticastInterface(own)
  if (group === null) return
  const source = sourceOf(target)
  // A zone says what `own` says.
  const [address = ''] = group.host.split('%')
  if (source === null) socket.addMembership(address, own)
  else socket.addSourceSpecificMembership(source, address, own)
}

/** As Node wants it: an address for IPv4, `::%name` for IPv6. @throws `ERR_CAMIO_BAD_OPTION` */
function interfaceAddress(uri: string, { name, address }: Interface, ipv6: boolean): string {
  if (ipv6) return `::%${name}`
  if (address !== undefined) return address
  throw badOption(uri, 'iface', `is "${name}", which has no IPv4 address here`)
}

function refuseWhatNodeCannot({ options, uri }: UdpTarget): void {
  const refuse = (name: string, why = 'needs the native engine') => {
    throw new CamioError('ERR_CAMIO_UNSUPPORTED', `${uri}: ${name} ${why}`, { uri })
  }
  if ((options.gather ?? 0) > 0) refuse('gather')
  if (options.timestamps) refuse('timestamps')
  if (options.tos !== undefined) refuse('tos')
  if (options.ecn !== undefined) refuse('ecn')
  if (!options.ipFragment) refuse('ip-fragment=no')
  if (options.reuseport && !canReusePort()) refuse('reuseport', 'needs the native engine or Node 22.12')
}

function canReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12)
}
