import { type Features, features, type StreamLimits } from '@camio/core/spi'
import type { Fragmenting } from './parse.js'

/** The longest message: it must fit into what may be kept while it is not complete. */
export function mostOf({ maxMessage }: StreamLimits, { memory = maxMessage }: Fragmenting): number {
  return Math.min(maxMessage, memory)
}

/** A message in several pieces is copied once each way, one in a single piece is not. */
export function fragmentedFeatures(inner: Features, most: number): Features {
  const { read, write } = inner.copies
  return features({ ...inner, mtu: most, copies: { read: read + 1, write: write + 1 } })
}
