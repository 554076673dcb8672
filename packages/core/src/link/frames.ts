/** What streams of Ethernet frames are. */
import { type Features, features } from '../features.js'
import type { Mode } from '../options.js'

export const MODES = ['rw', 'r', 'w'] as const

/** The header of an Ethernet frame: to, from, ethertype. No frame is shorter. */
export const HEADER = 14
/** The tag of a VLAN, which comes on top of the MTU. */
export const TAG = 4
/** The MTU of most interfaces. */
const USUAL_MTU = 1500

export interface Kind {
  readonly mode?: Mode
  /** Without header and tag. */
  readonly mtu?: number
  readonly delivery: Features['delivery']
  readonly ordered?: boolean
  readonly scope?: Features['scope']
  readonly copies?: Features['copies']
}

export function frameFeatures({ mode = 'rw', mtu = USUAL_MTU, ...differences }: Kind): Features {
  return features({
    readable: mode !== 'w',
    writable: mode !== 'r',
    framing: 'messages',
    reliable: false,
    scope: 'link',
    mtu: mtu + HEADER + TAG,
    connectionless: true,
    engine: 'native',
    ...differences,
  })
}
