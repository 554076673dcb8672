/** What the streams of this package are. */
import { type Features, features, type Mode } from '@camio/core/spi'

/** A duplex stream, and what all have in common. */
export const SHM_FEATURES: Features = features({
  framing: 'messages',
  scope: 'host',
  mtu: 2 ** 29,
  acceptsMany: true,
  engine: 'native',
})

/** The connecting end of a stream with somebody who listens, or with the reader of a strict ring. */
export function connectedFeatures(mode: Mode): Features {
  return features({ ...SHM_FEATURES, readable: mode !== 'w', writable: mode !== 'r' })
}

/** A named ring: it can be opened before anybody is at the other end. */
export function namedFeatures(differences: Partial<Features>): Features {
  return features({ ...SHM_FEATURES, acceptsMany: false, ...differences })
}
