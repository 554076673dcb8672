/** What a name opens as, as far as it is known before somebody answers. */
import type { Features, Forecast } from '@camio/core/spi'
import type { OpenRole } from '../check-options.js'
import { connectedFeatures } from '../features.js'
import type { ShmTarget } from '../target.js'
import { lossyFeatures, ONLOOKER, TELLER } from './broadcast-stream.js'
import { GATHER_FEATURES } from './gather-stream.js'

/** A message that travels alone finds its reader asleep: one call rings, and wakes it. */
const CALLS = { read: { systemCalls: 0, wakeUps: 1 }, write: { systemCalls: 1, wakeUps: 0 } } as const

export function forecast(target: ShmTarget, role: OpenRole): Forecast {
  return { features: featuresOf(target, role), ...CALLS }
}

function featuresOf({ mode, options }: ShmTarget, role: OpenRole): Features {
  switch (role) {
    case 'strict reader':
      return GATHER_FEATURES
    case 'lossy reader':
      return lossyFeatures(ONLOOKER, options.capacity)
    case 'lossy writer':
      return lossyFeatures(TELLER, options.capacity)
    default:
      return connectedFeatures(mode)
  }
}
