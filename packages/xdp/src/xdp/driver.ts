/** `xdp:eth0?queue=0` */

import { constants } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { frameFeatures, HEADER, MODES, TAG } from '@camio/core/link'
import {
  type Availability,
  CamioError,
  defineDriver,
  encodeAddress,
  type Features,
  type Mode,
  type Stream,
  systemError,
  type Target,
} from '@camio/core/spi'
import { Family, native, type Sockets, type XdpSocket } from '../binding.js'
import { parseFilter } from '../filter.js'
import { xdpOptions } from '../options.js'
import { checkKind, interfaceName, mtuOf, namespacePath, openFailure } from '../place.js'
import { CHUNK, HEADROOM, regionOf, type Seat, seatIn } from './memory.js'
import { XdpPort } from './port.js'
import { XdpStream } from './stream.js'

const CAPABILITIES = 'CAP_NET_ADMIN, CAP_NET_RAW and CAP_BPF'

/** native/xdp_open.cc has the same numbers. */
const Flag = { READS: 1, WRITES: 2, ZEROCOPY: 4, COPY: 8 } as const
const FILTERS = { all: 0, ethertype: 1, udp: 2 } as const
const ATTACH = { auto: 0, native: 1, skb: 2 } as const
const COPIES = { auto: 0, on: Flag.ZEROCOPY, off: Flag.COPY } as const

/**
 * A socket that was closed just now may have its queue, and its program the interface, for some time yet: tried again so long, so often,
 * in milliseconds.
 */
const PATIENCE = 1000
const AGAIN = 10

type XdpTarget = Target<typeof xdpOptions>

export const driver = defineDriver({
  abi: 1,
  scheme: 'xdp',
  id: '@camio/xdp',
  help: 'frames of one queue of a network interface, instead of the kernel (AF_XDP)',
  addressForm: 'INTERFACE',
  options: xdpOptions,
  modes: MODES,
  features: frameFeatures({ delivery: 'one' }),
  available,
  forecast: ({ address, mode, options }) => ({
    // Before somebody sleeps the kernel is asked what it had to drop.
    read: { systemCalls: 1, wakeUps: 1 },
    write: { systemCalls: 1, wakeUps: 0 },
    features: featuresOf(mode, mtuOf(address, options.netns)),
    ...(options.share !== undefined && { region: regionOf(options.share) }),
  }),
  open,
})

function available(): Availability {
  const { binding, reason } = native.loaded
  if (binding === null) return { ok: false, reason: reason! }
  const errno = binding.mayOpen(Family.XDP)
  if (errno === 0) return { ok: true, engine: 'native' }
  if (errno === constants.errno.EPERM) return { ok: false, reason: `needs ${CAPABILITIES}` }
  if (errno === constants.errno.EAFNOSUPPORT) return { ok: false, reason: 'this kernel has no AF_XDP' }
  return { ok: false, reason: systemError(errno, 'socket').message }
}

async function open(target: XdpTarget): Promise<Stream> {
  const { uri, options } = target
  const name = interfaceName(target)
  const netns = namespacePath(options.netns, uri)
  const sockets = native.socketsFor(uri)
  const { share, rx, tx, streams: seats } = options
  let seat: Seat
  try {
    seat = seatIn(share, { rx, tx, seats }, sockets.binding, uri)
  } catch (error) {
    throw openFailure(error, uri, CAPABILITIES)
  }
  try {
    const socket = await patiently(target, () => openSocket(sockets, netns, name, seat, target))
    return await streamOf(sockets, socket, seat, name, target)
  } catch (error) {
    seat.leave()
    throw error
  }
}

/** @throws what `attempt` threw first: what a later one meets may be its doing; the signal's reason */
async function patiently<T>({ signal }: XdpTarget, attempt: () => T): Promise<T> {
  const end = performance.now() + PATIENCE
  let first: unknown = null
  for (;;) {
    signal?.throwIfAborted()
    try {
      return attempt()
    } catch (error) {
      if ((error as CamioError).code !== 'ERR_CAMIO_ADDRESS_IN_USE') throw error
      first ??= error
      if (performance.now() > end) throw first
    }
    await pause(AGAIN)
  }
}

function openSocket({ binding }: Sockets, netns: string, name: string, seat: Seat, target: XdpTarget): XdpSocket {
  const { memory } = seat
  const [shared = -1] = memory.sockets
  try {
    const socket = binding.xdpOpen(netns, name, settingsOf(target), memory.id, shared)
    // At once: another stream that is being opened must find it.
    memory.sockets.add(socket.slot)
    return socket
  } catch (error) {
    throw failure(error, target.uri)
  }
}

function settingsOf({ uri, mode, options }: XdpTarget): Int32Array {
  const { queue, attach, zerocopy, rx, tx, share, streams } = options
  const filter = parseFilter(options.filter, uri)
  const flags = (mode === 'w' ? 0 : Flag.READS) | (mode === 'r' ? 0 : Flag.WRITES) | COPIES[zerocopy]
  // What others of the memory's streams received may be sent here, too.
  const completions = powerOfTwo(tx + rx * (share === undefined ? 1 : streams))
  const value = filter.kind === 'all' ? 0 : filter.value
  return Int32Array.of(flags, queue, ATTACH[attach], FILTERS[filter.kind], value, CHUNK, rx, completions, rx, tx)
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(least))
}

/** The largest frame that comes in one piece. */
const ONE_PIECE = CHUNK - HEADROOM
/** The kernel takes a frame in so many pieces. */
const LARGEST = 16 * CHUNK

async function streamOf(
  sockets: Sockets,
  socket: XdpSocket,
  seat: Seat,
  name: string,
  target: XdpTarget,
): Promise<Stream> {
  const { dispatcher } = sockets
  dispatcher.opened(socket.slot)
  try {
    return makeStream(sockets, socket, seat, name, target)
  } catch (error) {
    seat.memory.sockets.delete(socket.slot)
    await dispatcher.close(socket.slot, true)
    throw error
  }
}

function featuresOf(mode: Mode, mtu?: number): Features {
  if (mtu === undefined) return frameFeatures({ delivery: 'one', mode })
  const largest = Math.min(mtu, LARGEST - HEADER - TAG)
  return frameFeatures({ delivery: 'one', mode, mtu: largest, copies: { read: comesInPieces(mtu) ? 1 : 0, write: 0 } })
}

function comesInPieces(mtu: number): boolean {
  return mtu + HEADER + TAG > ONE_PIECE
}

function makeStream(sockets: Sockets, socket: XdpSocket, seat: Seat, name: string, target: XdpTarget): Stream {
  const { uri, mode } = target
  const { native, zerocopy } = socket
  const { mtu, mac } = socket.interface
  checkKind(socket.interface, uri)
  checkPieces(comesInPieces(mtu), seat, uri)
  const bound = `xdp:${encodeAddress(name)}`
  // Before the port, which has a timer that only its `close` ends.
  const init = target.init(bound, featuresOf(mode, mtu))
  const { share, gather } = target.options
  const port = new XdpPort({ ...sockets, socket, seat, uri: bound, gather })
  const region = share === undefined ? seat.memory : regionOf(share)
  const stream = new XdpStream(init, port, region, { native, zerocopy }, mac)
  port.start(stream)
  return stream
}

/** Whether frames may come in pieces is said once a memory, by the first stream. @throws `ERR_CAMIO_BAD_OPTION` */
function checkPieces(inPieces: boolean, { memory }: Seat, uri: string): void {
  memory.inPieces ??= inPieces
  if (memory.inPieces || !inPieces) return
  const why = 'the memory began with an interface of a smaller MTU: open the one with the larger MTU first'
  throw new CamioError('ERR_CAMIO_BAD_OPTION', `option "share" in ${uri}: ${why}`, { uri })
}

function failure(error: unknown, uri: string): CamioError {
  const { code, syscall } = error as { code?: string; syscall?: string }
  const again = (as: string, why: string) =>
    new CamioError(as, `${uri}: ${why} (${code}, ${syscall})`, { uri, cause: error, ...(syscall && { syscall }) })
  if (code === 'EBUSY' || code === 'EEXIST') {
    const what = syscall === 'bind' ? 'the queue is taken' : 'the interface has another XDP program, filter or mode'
    return again('ERR_CAMIO_ADDRESS_IN_USE', what)
  }
  if (syscall === 'bind') {
    if (code === 'EINVAL') return again('ERR_CAMIO_NOT_FOUND', 'there is no such queue, or this kernel cannot do it')
    if (code === 'ENOTSUP') return again('ERR_CAMIO_UNSUPPORTED', 'the driver of this interface cannot do that')
    if (code === 'ENETDOWN') return again('ERR_CAMIO_ADDRESS', 'the interface is down')
  }
  if (syscall === 'bpf(BPF_LINK_CREATE)' && (code === 'ENOTSUP' || code === 'EINVAL'))
    return again('ERR_CAMIO_UNSUPPORTED', 'no XDP program can be attached here in this mode, or with this MTU')
  return openFailure(error, uri, CAPABILITIES)
}
