/** `netmap:eth0`, `netmap:x{1`, `vale:0:a` */
import { frameFeatures, HEADER, MODES, TAG } from '@camio/core/link'
import { type Driver, defineDriver, Epoll, encodeAddress, type Stream, type Target } from '@camio/core/spi'
import { native, type OpenedPort, type RingPlace, type Sockets } from './binding.js'
import { checkKind, checkMemory, openFailure, tooLarge, unavailable, withoutRings } from './errors.js'
import { ExtraBuffers } from './extra.js'
import { Memory } from './memory.js'
import { Flag, type Kind, type PortName, parseName, RingMode } from './name.js'
import { netmapOptions } from './options.js'
import { NetmapPort } from './port.js'
import { FRAGMENTS, Ring } from './ring.js'
import { type Granted, NetmapStream } from './stream.js'

type NetmapTarget = Target<typeof netmapOptions>

/** A switch is in this kernel; what a card reaches is not. */
const scopeOf = (scheme: string) => (scheme === 'vale' ? 'host' : 'link')

function driverOf(scheme: string, help: string, addressForm: string): Driver<typeof netmapOptions> {
  return defineDriver({
    abi: 1,
    scheme,
    id: '@camio/netmap',
    help,
    addressForm,
    options: netmapOptions,
    modes: MODES,
    features: frameFeatures({ delivery: 'one', scope: scopeOf(scheme) }),
    available() {
      const reason = unavailable()
      return reason === null ? { ok: true, engine: 'native' } : { ok: false, reason }
    },
    open,
  })
}

export const netmap = driverOf(
  'netmap',
  'frames of a network interface, instead of the kernel, or of a pipe (netmap)',
  'INTERFACE[-RING|^|*][/FLAGS] or NAME{PIPE, NAME}PIPE',
)

export const vale = driverOf('vale', 'frames of a switch in the kernel (netmap’s VALE)', 'SWITCH:PORT')

async function open(target: NetmapTarget): Promise<Stream> {
  const { uri } = target
  const name = parseName(target)
  const sockets = native.socketsFor(uri)
  let opened: OpenedPort
  try {
    opened = sockets.binding.openPort(name.name, settingsOf(name, target))
  } catch (error) {
    throw openFailure(error, uri, name)
  }
  sockets.dispatcher.opened(opened.slot)
  try {
    return streamOf(sockets, chosen(opened, name), name, target)
  } catch (error) {
    // Not before it is free again: whoever tries once more is not to meet this try.
    await sockets.dispatcher.close(opened.slot, true)
    throw error
  }
}

/**
 * What only reads, or writes, leaves the other rings to others. Not on pipes: their ends' rings are made for each other, and one without
 * some of them was not tried against the kernel.
 */
function flagsOf({ flags, kind, monitor, mode }: PortName): number {
  if (kind === 'pipe' || monitor) return flags
  return flags | (mode === 'r' ? Flag.RX_ONLY : 0) | (mode === 'w' ? Flag.TX_ONLY : 0)
}

function settingsOf(name: PortName, { options }: NetmapTarget): Int32Array {
  const { txSlots, rxSlots, txRings, rxRings, extra } = options
  const events = (name.mode === 'w' ? 0 : Epoll.IN) | (name.mode === 'r' ? 0 : Epoll.OUT)
  const card = name.kind === 'card' ? 1 : 0
  const { ringMode, ring, memory } = name
  return Int32Array.of(ringMode, ring, flagsOf(name), txSlots, rxSlots, txRings, rxRings, memory, extra, card, events)
}

/** The rings to use: of `*` frames come from the card and the host, and go to the card. */
function chosen(opened: OpenedPort, { ringMode }: PortName): OpenedPort {
  const host = ringMode === RingMode.HOST || ringMode === RingMode.ONE_HOST
  const own = (ring: RingPlace) => ring.host === host
  return {
    ...opened,
    tx: opened.tx.filter(own),
    rx: ringMode === RingMode.NIC_AND_HOST ? opened.rx : opened.rx.filter(own),
  }
}

function streamOf(sockets: Sockets, opened: OpenedPort, name: PortName, target: NetmapTarget): Stream {
  const { uri, scheme, address } = target
  const { mode, kind, monitor } = name
  if (opened.interface !== null) checkKind(opened.interface, uri)
  const [reads, writes] = [mode !== 'w', mode !== 'r']
  const any = (writes ? opened.tx : opened.rx)[0]
  if (any === undefined || (reads && opened.rx.length === 0)) throw withoutRings(uri)
  const granted = grantedOf(opened, any)
  const mtu = mtuOf(target, opened, any, kind)
  const bound = `${scheme}:${encodeAddress(address)}`
  const copies = mtu + HEADER + TAG > any.size ? 1 : 0
  const features = frameFeatures({
    mode,
    mtu,
    delivery: monitor ? 'each' : 'one',
    ordered: opened.rx.length <= 1 && opened.tx.length <= 1,
    scope: scopeOf(scheme),
    copies: { read: copies, write: copies },
  })
  const init = target.init(bound, features)
  const memory = new Memory(opened)
  try {
    return checkMemory(uri, () => {
      const port = new NetmapPort({ ...sockets, opened, memory, uri: bound, reads, writes })
      const extra = new ExtraBuffers(memory, new Ring(memory, any), opened.extra)
      const mac = opened.interface?.mac ?? NO_MAC
      const stream = new NetmapStream(init, port, granted, extra, mac, monitor)
      port.start(stream)
      return stream
    })
  } catch (error) {
    memory.leave()
    throw error
  }
}

/** Of what has no address: switches' ports, pipes. */
const NO_MAC = '00:00:00:00:00:00'

function grantedOf({ memory, tx, rx, extra }: OpenedPort, { size }: RingPlace): Granted {
  const of = (rings: readonly RingPlace[]) => ({ rings: rings.length, slots: rings[0]?.slots ?? 0 })
  return { memory, rx: of(rx), tx: of(tx), buffer: size, extra }
}

/** The MTU of most interfaces. */
const USUAL = 1500

/** Cards send frames of one slot: that one of several leaves in one piece was not tried on them. @throws `ERR_CAMIO_BAD_OPTION` */
function mtuOf(
  { options, uri }: NetmapTarget,
  { interface: card, tx }: OpenedPort,
  { size }: RingPlace,
  kind: Kind,
): number {
  const slots = kind === 'card' ? 1 : Math.min(FRAGMENTS, (tx[0]?.slots ?? FRAGMENTS + 1) - 1)
  const most = slots * size - HEADER - TAG
  if (options.mtu > most) throw tooLarge(options.mtu, most, uri)
  return options.mtu === 0 ? Math.min(card?.mtu ?? USUAL, most) : options.mtu
}
