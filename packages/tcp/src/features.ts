/** What the streams of this package are. */
import { type Features, features, type Mode } from '@camio/core/spi'

export const MODES = ['rw', 'r', 'w'] as const

export interface Kind {
  readonly scheme: 'tcp' | 'unix' | 'tls'
  readonly engine: string
}

export function socketFeatures({ scheme, engine }: Kind, mode: Mode = 'rw'): Features {
  return features({
    readable: mode !== 'w',
    writable: mode !== 'r',
    encrypted: scheme === 'tls',
    scope: scheme === 'unix' ? 'host' : 'global',
    acceptsMany: true,
    engine,
  })
}
