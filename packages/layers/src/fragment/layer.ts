import { defineLayer } from '@camio/core/spi'
import { fragmentedFeatures, mostOf } from './features.js'
import { Fragmented } from './fragmented.js'
import { type Fragmenting, parseFragment } from './parse.js'

export const fragment = defineLayer<Fragmenting>({
  abi: 1,
  name: 'fragment',
  id: '@camio/layers',
  parse: parseFragment,
  features(inner, value, limits, refuse) {
    if (inner.framing === 'bytes') throw refuse('is for messages, and this is a byte stream: use frame=')
    if (inner.mtu < value.size)
      throw refuse(`is ${value.size}, and the transport has messages of ${inner.mtu} bytes at most`)
    return fragmentedFeatures(inner, mostOf(limits, value))
  },
  prepare: (value) => ({
    wrap: (inner, init) => new Fragmented(inner, init, value),
    done: async () => {},
  }),
})
