import { defineLayer } from '@camio/core/spi'
import { parseRate, type Rate } from './parse.js'
import { Rated } from './rated.js'

export const rate = defineLayer<Rate>({
  abi: 1,
  name: 'rate',
  id: '@camio/layers',
  parse: parseRate,
  features(inner, { unit }, _limits, refuse) {
    if (unit === 'messages' && inner.framing === 'bytes')
      throw refuse('counts messages, and this is a byte stream: say bytes')
    return inner
  },
  prepare: (value) => ({
    wrap: (inner, init) => new Rated(inner, init, value),
    done: async () => {},
  }),
})
