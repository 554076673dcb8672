/** What the streams of this package are. */
import { type Features, features } from '@camio/core/spi'
import type { Scheme } from './place.js'

/**
 * Reading: a message is copied out of the chunk that the socket read, or put together by the library `ws` if it came in several.
 * Writing: a client must mask what it sends (RFC 6455, section 5.3), which `ws` does in a copy.
 */
export function wsFeatures(scheme: Scheme, side: 'client' | 'server'): Features {
  return features({
    framing: 'messages',
    encrypted: scheme === 'wss',
    scope: 'global',
    acceptsMany: true,
    engine: 'node',
    copies: { read: 1, write: side === 'client' ? 1 : 0 },
  })
}
