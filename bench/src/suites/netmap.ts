import { accessSync, constants } from 'node:fs'
import { missing, type StandIn, standIn } from '../../../packages/netmap/dist-test/stand-in.js'
import type { Line } from '../run/child.js'
import type { Case, Goal, Measurement, Settings, Suite } from '../types.js'
import { calibrate } from './parts/calibrate.js'
import { type Ends, entry } from './parts/entries.js'
import { flood } from './parts/flood.js'
import { c, ours, type Program } from './parts/programs.js'

/** Bytes behind the Ethernet header. */
const SIZES = [64, 1400] as const

const GOALS: readonly Goal[] = [{ against: 'limit', is: '>=', ratio: 0.8 }]

const perFrame = (line: Line): number => ((line.cpu as number) * 1e6) / (line.messages as number)
const millions = (line: Line): number => (line.messages as number) / (line.seconds as number) / 1e6

function received(line: Line, sender: Line | undefined): Measurement {
  const { lost, messages } = line as { lost: number; messages: number }
  return {
    figure: millions(line),
    beside: {
      'lost, %': (100 * lost) / (lost + messages),
      'receive CPU, us': perFrame(line),
      'send CPU, us': perFrame(sender!),
    },
  }
}

/** Is the kernel's own device there, for this user? */
function hasDevice(): boolean {
  try {
    accessSync('/dev/netmap', constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

let stand: StandIn | null = null

/** A program as it sees netmap here: the module's, or a stand-in's. */
function over(program: Program): Program {
  if ('absent' in program || hasDevice()) return program
  if (missing !== null) return { absent: `no /dev/netmap, and its stand-in ${missing}` }
  stand ??= standIn()
  return ['env', ...Object.entries(stand.env).map(([name, value]) => `${name}=${value}`), ...program]
}

function floodCase(kind: 'pipe' | 'switch', size: number, settings: Settings): Case {
  const terms = flood(size, settings, received)
  const [scheme, near, far] = kind === 'pipe' ? ['netmap', 'bench{1', 'bench}1'] : ['vale', 'bench:a', 'bench:b']
  const port = (name: string): string => (kind === 'pipe' ? name : `vale${name}`)
  const receive = ours(`${scheme}:${far}?mode=r`, 'receive-packets')
  const send = ours(`${scheme}:${near}`, 'send-packets', '--to', `${scheme}:${near}?mode=w`)
  const cReceive = c('netmap-flood', 'receive', '--port', port(far))
  const cSend = c('netmap-flood', 'send', '--port', port(near))
  const ends: Ends[] = [
    { name: 'ours', role: 'ours', listener: over(receive), connector: over(send) },
    { name: 'limit', role: 'limit', listener: over(cReceive), connector: over(cSend) },
    { name: 'C to ours', role: 'peer', listener: over(receive), connector: over(cSend) },
    { name: 'ours to C', role: 'peer', listener: over(cReceive), connector: over(send) },
  ]
  const where = hasDevice()
    ? 'the kernel’s netmap'
    : 'a stand-in for the kernel module, in user space: it speaks for ratios only'
  return {
    name: `${kind}, ${size} B`,
    unit: 'M/s received',
    better: 'higher',
    entries: ends.map((each) => entry(each, terms)),
    goals: GOALS,
    runs: settings.quick ? 1 : 9,
    note: `limit: netmap in C, rings of 1024; ${where}`,
  }
}

export const netmap: Suite = {
  name: 'netmap',
  summary:
    'netmap: pipes and vale: ports beside C on the same ports; over /dev/netmap, or a stand-in where there is none',
  cases: async (settings) =>
    (['pipe', 'switch'] as const).flatMap((kind) => SIZES.map((size) => floodCase(kind, size, settings))),
  calibrate,
  cleanup: async () => {
    stand?.remove()
    stand = null
  },
}
