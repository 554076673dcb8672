/**
 * What a URI names: `IF`, `vSW:PORT`, one end of a pipe; with the suffixes of netmap's own tools, which programs parse themselves:
 * `-N`, `^`, `^N`, `*`, then `/FLAGS`, then `@MEMORY`.
 */
import { CamioError, type Mode, shorten } from '@camio/core/spi'

/** nr_mode and nr_flags; native/netmap_abi.h has the same numbers. */
export const RingMode = { ALL_NIC: 1, HOST: 2, NIC_AND_HOST: 3, ONE_NIC: 4, ONE_HOST: 8 } as const
export const Flag = {
  MONITOR_TX: 0x100,
  MONITOR_RX: 0x200,
  ZCOPY_MON: 0x400,
  EXCLUSIVE: 0x800,
  RX_ONLY: 0x2000,
  TX_ONLY: 0x4000,
} as const

const FLAGS: Readonly<Record<string, number>> = {
  x: Flag.EXCLUSIVE,
  z: Flag.ZCOPY_MON,
  t: Flag.MONITOR_TX,
  r: Flag.MONITOR_RX,
  R: Flag.RX_ONLY,
  T: Flag.TX_ONLY,
}
const MONITOR = Flag.MONITOR_TX | Flag.MONITOR_RX

export type Kind = 'card' | 'switch' | 'pipe'

export interface PortName {
  /** As the kernel takes it. */
  readonly name: string
  readonly kind: Kind
  readonly ringMode: number
  readonly ring: number
  readonly flags: number
  readonly memory: number
  readonly mode: Mode
  /** Does it only look at what another port sends or receives? */
  readonly monitor: boolean
}

interface Given {
  readonly scheme: string
  readonly address: string
  readonly uri: string
  readonly mode: Mode
  readonly options: { readonly ring?: number | undefined; readonly memory: number }
}

/** NIOCCTRL's field, without the NUL at the end; and what it allows for the parts of a switch's name. */
const NAME = 63
const PORT = 15
const RINGS = 4095

/** The name, a pipe's end, which rings, flags, memory. An interface's name may have a hyphen that no number follows. */
const SYNTAX =
  /^([^{}^*/@\s]+?)([{}][A-Za-z0-9_]+)?(?:-(\d{1,5})|(\^)(\d{1,5})?|(\*))?(?:\/([A-Za-z]+))?(?:@(\d{1,5}))?$/
const SWITCH = /^vale\w+:(\w+)$/

/** @throws `ERR_CAMIO_BAD_URI`, `ERR_CAMIO_BAD_OPTION` */
export function parseName({ scheme, address, uri, mode, options }: Given): PortName {
  const bad = (why: string) => new CamioError('ERR_CAMIO_BAD_URI', `${shorten(uri)}: ${why}`, { uri })
  const whole = scheme === 'vale' ? `vale${address}` : address
  const match = SYNTAX.exec(whole)
  if (match === null) throw bad(explainSyntax(scheme, whole))
  const [, base = '', pipe = '', pair, host, hostRing, both, letters = '', memory] = match
  const kind = kindOf(base, pipe, scheme, bad)
  if (Buffer.byteLength(base + pipe) > NAME) throw bad(`its name is longer than ${NAME} bytes`)
  if (kind !== 'card' && (host ?? both) !== undefined) throw bad(`a ${kind} has no rings to the host ("^", "*")`)
  const rings = ringsOf({ pair, host, hostRing, both }, options.ring, uri)
  if (rings.ring >= RINGS) throw bad(`there is no ring ${rings.ring}: they end at ${RINGS - 1}`)
  const flags = flagsOf(letters, bad)
  return {
    name: base + pipe,
    kind,
    ...rings,
    flags,
    memory: memoryOf(memory, options.memory, uri),
    mode: modeOf(mode, flags, bad),
    monitor: (flags & MONITOR) !== 0,
  }
}

type Bad = (why: string) => CamioError

function explainSyntax(scheme: string, whole: string): string {
  if (/@(share|extmem|conf|offset):/.test(whole)) {
    return '"@share", "@extmem", "@conf" and "@offset" are not known: slots, rings and memory are options'
  }
  const form = scheme === 'vale' ? 'SWITCH:PORT' : 'INTERFACE'
  return `its address is not ${form}, perhaps with "{PIPE" or "}PIPE", "-RING", "^" or "*", "/FLAGS" (${Object.keys(FLAGS).join('')}), "@MEMORY"`
}

function kindOf(base: string, pipe: string, scheme: string, bad: Bad): Kind {
  const port = SWITCH.exec(base)?.[1]
  if (port === undefined && (scheme === 'vale' || base.includes(':'))) {
    throw bad(`"${shorten(base, 40)}" is no port of a switch, such as ${scheme === 'vale' ? '0:a' : 'vale0:a'}`)
  }
  if (port !== undefined && port.length > PORT) throw bad(`the port's name is longer than ${PORT} characters`)
  if (pipe !== '') return 'pipe'
  return port === undefined ? 'card' : 'switch'
}

interface Suffix {
  readonly pair: string | undefined
  readonly host: string | undefined
  readonly hostRing: string | undefined
  readonly both: string | undefined
}

function ringsOf({ pair, host, hostRing, both }: Suffix, option: number | undefined, uri: string) {
  const suffixed = pair !== undefined || host !== undefined || both !== undefined
  if (suffixed && option !== undefined) throw twice('ring', uri)
  if (both !== undefined) return { ringMode: RingMode.NIC_AND_HOST, ring: 0 }
  if (hostRing !== undefined) return { ringMode: RingMode.ONE_HOST, ring: Number(hostRing) }
  if (host !== undefined) return { ringMode: RingMode.HOST, ring: 0 }
  const one = pair === undefined ? option : Number(pair)
  return one === undefined ? { ringMode: RingMode.ALL_NIC, ring: 0 } : { ringMode: RingMode.ONE_NIC, ring: one }
}

function flagsOf(letters: string, bad: Bad): number {
  let flags = 0
  for (const letter of letters) {
    const flag = FLAGS[letter]
    if (flag === undefined) throw bad(`there is no flag "/${letter}", only ${Object.keys(FLAGS).join(', ')}`)
    flags |= flag
  }
  if ((flags & Flag.RX_ONLY) !== 0 && (flags & Flag.TX_ONLY) !== 0) throw bad('"/R" and "/T" exclude each other')
  return flags
}

function memoryOf(suffix: string | undefined, option: number, uri: string): number {
  if (suffix === undefined) return option
  if (option !== 0) throw twice('memory', uri)
  const memory = Number(suffix)
  if (memory > 0 && memory <= 0xffff) return memory
  throw new CamioError('ERR_CAMIO_BAD_URI', `${shorten(uri)}: there is no memory ${suffix}`, { uri })
}

/** What only reads, or writes, by its flags does so by its mode. */
function modeOf(mode: Mode, flags: number, bad: Bad): Mode {
  const reads = (flags & (Flag.RX_ONLY | MONITOR)) !== 0
  const writes = (flags & Flag.TX_ONLY) !== 0
  if ((reads && (writes || mode === 'w')) || (writes && mode === 'r')) {
    throw bad(`its flags and mode=${mode} exclude each other`)
  }
  return reads ? 'r' : writes ? 'w' : mode
}

function twice(name: string, uri: string): CamioError {
  const message = `option "${name}" in ${shorten(uri)}: the address says it already`
  return new CamioError('ERR_CAMIO_BAD_OPTION', message, { uri })
}
