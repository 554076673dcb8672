import { defineLayer, type Features, features, type Refuse } from '@camio/core/spi'
import { ChaoticBytes } from './bytes.js'
import { ChaoticMessages } from './messages.js'
import { type Chaos, parseChaos } from './parse.js'

const OF_MESSAGES = ['loss', 'duplicate', 'reorder', 'truncate'] as const

export const chaos = defineLayer<Chaos>({
  abi: 1,
  name: 'chaos',
  id: '@camio/layers',
  parse: parseChaos,
  features: (inner, value, _limits, refuse) => chaoticFeatures(inner, value, refuse),
  prepare(value, { refuse }) {
    let streams = 0
    return {
      wrap(inner, init) {
        // Those of a listener shall not all have the same luck.
        const seed = value.seed + 0x9e3779b9 * streams++
        const around = chaoticFeatures(inner.features, value, refuse)
        return inner.features.framing === 'bytes'
          ? new ChaoticBytes(inner, init, value, seed)
          : new ChaoticMessages(inner, init, around, value, seed)
      },
      done: async () => {},
    }
  },
})

function chaoticFeatures(inner: Features, value: Chaos, refuse: Refuse): Features {
  if (inner.framing === 'bytes') {
    const wrong = OF_MESSAGES.find((name) => value[name] > 0)
    if (wrong !== undefined) throw refuse(`has ${wrong}, and this is a byte stream: no transport does that to one`)
    return features({ ...inner, seekable: false })
  }
  if (value.partial > 0) throw refuse('has partial, which is for byte streams: a message is whole')
  const { loss, duplicate, reorder, truncate, delayTo } = value
  const reliable = inner.reliable && loss === 0 && duplicate === 0 && truncate === 0
  const held = delayTo > 0 || reorder > 0 || duplicate > 0 ? 1 : 0
  const copies = { ...inner.copies, read: inner.copies.read + held }
  return features({ ...inner, reliable, ordered: inner.ordered && reorder === 0, copies })
}
