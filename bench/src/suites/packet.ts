import type { Line } from '../run/child.js'
import type { Case, Goal, Measurement, Settings, Suite } from '../types.js'
import { FRAMES, HOST, makeRooms, receiving, removeRooms, roomsMissing, sending } from './packet/rooms.js'
import { calibrate } from './parts/calibrate.js'
import { type Ends, entry } from './parts/entries.js'
import { flood } from './parts/flood.js'
import { c, node, ours, type Program } from './parts/programs.js'

/** Bytes behind a header of 16; of `dgram` behind those of IP and UDP. */
const SIZES = [64, 1400] as const

const GOALS: readonly Goal[] = [{ against: 'limit', is: '>=', ratio: 0.9 }]

const perFrame = (line: Line): number => ((line.cpu as number) * 1e6) / (line.messages as number)
const thousands = (line: Line): number => (line.messages as number) / (line.seconds as number) / 1e3

/** What belongs beside the rate: what left, how much of it never came, what a frame cost at both ends, user space and kernel. */
function received(line: Line, sender: Line | undefined): Measurement {
  const { lost, messages } = line as { lost: number; messages: number }
  return {
    figure: thousands(line),
    beside: {
      'sent, k/s': thousands(sender!),
      'lost, %': (100 * lost) / (lost + messages),
      'receive CPU, us': perFrame(line),
      'send CPU, us': perFrame(sender!),
    },
  }
}

const onFrames = (limit: string, ...args: readonly string[]): Program => c(limit, ...args, '--interface', FRAMES)

const oursReceives = (scheme: string, ...options: readonly string[]): Program =>
  ours(`${scheme}:${FRAMES}?${['mode=r', ...options].join('&')}`, 'receive-packets')
const oursSends = (scheme: string, ...options: readonly string[]): Program =>
  ours(`${scheme}:${FRAMES}`, 'send-packets', '--query', ['mode=w', ...options].join('&'))

const dgram: Ends = {
  name: 'dgram',
  role: 'peer',
  listener: node('dgram/receive', '--host', HOST),
  connector: node('dgram/send', '--host', HOST),
}

function floodCase(name: string, size: number, settings: Settings, ends: readonly Ends[], note: string): Case {
  const terms = flood(size, settings, received)
  const missing = roomsMissing()
  const apart = ({ listener, connector, ...rest }: Ends): Ends =>
    missing === null
      ? { ...rest, listener: receiving(listener), connector: sending(connector) }
      : { ...rest, listener: { absent: missing }, connector: { absent: missing } }
  return {
    name: `${name}, ${size} B`,
    unit: 'k/s received',
    better: 'higher',
    entries: ends.map((each) => entry(apart(each), terms)),
    goals: GOALS,
    runs: settings.quick ? 1 : 9,
    note: `${note}; between two network namespaces (veth); the sender does not wait for the receiver`,
    prepare: async () => {
      if (missing === null) makeRooms()
    },
  }
}

/** Ours and the program in C of the same kind; each with the other's other end, which tells where a difference comes from. */
function besides(receive: Program, send: Program, cReceive: Program, cSend: Program): Ends[] {
  return [
    { name: 'ours', role: 'ours', listener: receive, connector: send },
    { name: 'limit', role: 'limit', listener: cReceive, connector: cSend },
    { name: 'C to ours', role: 'peer', listener: receive, connector: cSend },
    { name: 'ours to C', role: 'peer', listener: cReceive, connector: send },
  ]
}

function xdpCase(attach: 'native' | 'skb', size: number, settings: Settings): Case {
  const receive = oursReceives('xdp', `attach=${attach}`, 'zerocopy=off')
  const cReceive = onFrames('xdp-flood', 'receive', '--attach', attach)
  const ends = besides(receive, oursSends('xdp', 'zerocopy=off'), cReceive, onFrames('xdp-flood', 'send'))
  const note = `limit: AF_XDP in C, copy mode, rings of 1024, asleep in poll(2); ours: attach=${attach}`
  return floodCase(`xdp ${attach}`, size, settings, [...ends, dgram], note)
}

function packetCase(size: number, settings: Settings): Case {
  const receiver = (how: string): Program => onFrames('packet-flood', 'receive', '--how', how)
  const sender = (how: string): Program => onFrames('packet-flood', 'send', '--how', how)
  const ends: Ends[] = [
    ...besides(oursReceives('packet'), oursSends('packet'), receiver('ring'), sender('mmsg')),
    { name: 'C TPACKET_V3', role: 'peer', listener: receiver('ring'), connector: sender('ring') },
    { name: 'C sendmmsg, recvmmsg', role: 'peer', listener: receiver('mmsg'), connector: sender('mmsg') },
    dgram,
  ]
  const note = 'limit: C, sendmmsg to a ring of TPACKET_V3 of 2 MiB'
  return floodCase('packet', size, settings, ends, note)
}

export const packet: Suite = {
  name: 'packet',
  summary:
    'packet: and xdp: beside C (AF_XDP, TPACKET_V3, mmsg) and dgram, between two network namespaces; loss and CPU time beside. Root',
  cases: async (settings) => [
    ...SIZES.map((size) => packetCase(size, settings)),
    ...SIZES.map((size) => xdpCase('native', size, settings)),
    ...SIZES.map((size) => xdpCase('skb', size, settings)),
  ],
  calibrate,
  cleanup: async () => removeRooms(),
}
