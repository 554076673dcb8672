/** `packet:eth0` */
import { constants } from 'node:os'
import { FrameStream, frameFeatures, MODES } from '@camio/core/link'
import { type Availability, defineDriver, encodeAddress, type Stream, systemError, type Target } from '@camio/core/spi'
import { Family, native, type PacketSocket, type Sockets } from '../binding.js'
import { parseFilter } from '../filter.js'
import { packetOptions } from '../options.js'
import { checkKind, interfaceName, mtuOf, namespacePath, openFailure } from '../place.js'
import { classicFilter } from './filter.js'
import { PacketPort } from './port.js'

const CAPABILITY = 'CAP_NET_RAW'

/** native/packet_open.cc has the same numbers. */
const Flag = { READS: 1, OUTGOING: 2, PROMISCUOUS: 4 } as const

type PacketTarget = Target<typeof packetOptions>

export const driver = defineDriver({
  abi: 1,
  scheme: 'packet',
  id: '@camio/xdp',
  help: 'frames of a network interface, beside the kernel (AF_PACKET)',
  addressForm: 'INTERFACE',
  options: packetOptions,
  modes: MODES,
  features: frameFeatures({ delivery: 'each' }),
  available,
  forecast: ({ address, mode, options }) => ({
    // The ring is memory; sending is a call.
    read: { systemCalls: 0, wakeUps: 1 },
    write: { systemCalls: 1, wakeUps: 0 },
    features: frameFeatures({ delivery: 'each', mode, mtu: mtuOf(address, options.netns) }),
  }),
  open,
})

function available(): Availability {
  const { binding, reason } = native.loaded
  if (binding === null) return { ok: false, reason: reason! }
  const errno = binding.mayOpen(Family.PACKET)
  if (errno === 0) return { ok: true, engine: 'native' }
  if (errno === constants.errno.EPERM) return { ok: false, reason: `needs ${CAPABILITY}` }
  return { ok: false, reason: systemError(errno, 'socket').message }
}

function open(target: PacketTarget): Stream {
  const { uri, options, mode } = target
  const name = interfaceName(target)
  const netns = namespacePath(options.netns, uri)
  const sockets = native.socketsFor(uri)
  const socket = openSocket(sockets, netns, name, target)
  sockets.dispatcher.opened(socket.slot)
  try {
    checkKind(socket.interface, uri)
    const bound = `packet:${encodeAddress(name)}`
    const { slot, ring, blockSize } = socket
    const port = new PacketPort({ ...sockets, slot, ring, blockSize, uri: bound })
    const features = frameFeatures({ delivery: 'each', mode, mtu: socket.interface.mtu })
    const stream = new FrameStream(target.init(bound, features), port, socket.interface.mac)
    port.owner = stream
    return stream
  } catch (error) {
    sockets.dispatcher.close(socket.slot, true)
    throw error
  }
}

function openSocket({ binding }: Sockets, netns: string, name: string, target: PacketTarget): PacketSocket {
  const { uri, options, mode } = target
  const { ring, latency, sndbuf, outgoing, promisc } = options
  const flags = (mode === 'w' ? 0 : Flag.READS) | (outgoing ? Flag.OUTGOING : 0) | (promisc ? Flag.PROMISCUOUS : 0)
  const settings = Int32Array.of(flags, 0, ring, Math.ceil(latency), sndbuf)
  try {
    return binding.packetOpen(netns, name, settings, classicFilter(parseFilter(options.filter, uri)))
  } catch (error) {
    throw openFailure(error, uri, CAPABILITY)
  }
}
