/** What `udp:` would open, before it is opened. */
import type { Forecast } from '@camio/core/spi'
import { defaultEngine } from './engine.js'
import { datagramFeatures } from './features.js'
import { isMulticast, type UdpTarget } from './plan.js'

export function forecast({ address, mode, options }: UdpTarget): Forecast {
  const engine = options.engine === 'auto' ? defaultEngine() : options.engine
  return {
    features: datagramFeatures({
      engine,
      mode,
      writeCopies: engine === 'node' ? 1 : 0,
      group: readsGroup(address, mode),
    }),
    read: { systemCalls: 1, wakeUps: 1 },
    write: { systemCalls: 1, wakeUps: 0 },
  }
}

/** A group's name is known only once it was looked up. */
function readsGroup(address: string, mode: string): boolean {
  const host = /^(?:\/\/)?\[?([^\]/]*?)\]?:\d+$/.exec(address)?.[1] ?? ''
  return mode !== 'w' && isMulticast(host)
}
