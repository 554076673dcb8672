import { type Features, features } from '@camio/core/spi'

/** The features of a layer that copies what passes, once each way. */
export function copiesMore(inner: Features): Features {
  const { read, write } = inner.copies
  return features({ ...inner, copies: { read: read + 1, write: write + 1 } })
}
