/** What the streams of this package are. */
import { type Features, features, type Mode } from '@camio/core/spi'

export const MODES = ['rw', 'r', 'w'] as const

/** The largest datagram over IPv4: 65,535 bytes less the headers of IP and UDP. */
export const LARGEST = 65_507

export interface Kind {
  readonly engine: string
  readonly mode?: Mode
  /** Copies of a message that is read. */
  readonly readCopies?: number
  /** Copies of a message that was written in place. */
  readonly writeCopies?: number
  readonly group?: boolean
}

export function datagramFeatures({
  engine,
  mode = 'rw',
  readCopies = 0,
  writeCopies = 0,
  group = false,
}: Kind): Features {
  return features({
    readable: mode !== 'w',
    writable: mode !== 'r',
    framing: 'messages',
    reliable: false,
    ordered: false,
    scope: 'global',
    mtu: LARGEST,
    delivery: group ? 'each' : 'one',
    acceptsMany: true,
    connectionless: true,
    engine,
    copies: { read: readCopies, write: writeCopies },
  })
}
