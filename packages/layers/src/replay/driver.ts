/** `replay:FILE`: what was recorded, read again. */
import { CamioError, defineDriver, encodeAddress, type Features, features } from '@camio/core/spi'
import { Capture } from './capture.js'
import { parseSpeed, replayOptions } from './options.js'
import { ReplayStream } from './stream.js'

const FEATURES: Features = features({ writable: false, framing: 'messages', scope: 'process', mtu: 2 ** 30 })

const DIRECTIONS = { both: 0, in: 1, out: 2 } as const

export const driver = defineDriver({
  abi: 1,
  scheme: 'replay',
  id: '@camio/layers',
  help: 'what record= has recorded (pcapng), a message a packet, with its pauses',
  addressForm: 'FILE',
  options: replayOptions,
  modes: ['r'],
  features: FEATURES,
  available: () => ({ ok: true, engine: 'js' }),

  // A window of the file is read at a time, which costs a message next to nothing; a pause is a wake-up.
  forecast: () => ({ features: FEATURES, read: { systemCalls: 0, wakeUps: 1 } }),

  open({ scheme, address, options, init, uri }) {
    if (address === '') throw new CamioError('ERR_CAMIO_BAD_URI', `${uri} names no file: write replay:FILE`, { uri })
    const bound = `${scheme}:${encodeAddress(address)}`
    const { speed, direction, interface: which } = options
    const how = { speed: parseSpeed(speed)!, direction: DIRECTIONS[direction], which }
    return new ReplayStream(init(bound, FEATURES), new Capture(address, uri), how)
  },
})
