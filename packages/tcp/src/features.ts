/** What the streams of this package are. */
import { type Features, type Forecast, features, type Mode } from '@camio/core/spi'

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

/**
 * What `open` and `listen` would give. The native engine's one `recv` of what came alone says by its shortness that there is no more,
 * except on unix sockets, where passed descriptors cut reads short too.
 */
export function socketForecast(kind: Kind, mode: Mode): Forecast {
  const native = kind.engine === 'native'
  return {
    features: socketFeatures(kind, mode),
    kernel: native ? 'socket' : null,
    readsInto: native,
    // Node's chunks: the rest leaves its own, and the next one is put behind it.
    joins: native ? 1 : 2,
    read: { systemCalls: native && kind.scheme === 'unix' ? 2 : 1, wakeUps: 1 },
    write: { systemCalls: 1, wakeUps: 0 },
  }
}
