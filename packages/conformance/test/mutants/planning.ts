/** Drivers that tell the planner what is not so. */
import { features } from '@camio/core/spi'
import type { Mutant } from './mutant.js'

const sound = () => {}

export const OF_PLANNING: readonly Mutant[] = [
  {
    name: 'forecast-flatters',
    base: 'mem',
    caughtBy: ['what opens is what was forecast'],
    breakStream: sound,
    breakDriver: (driver) => ({
      ...driver,
      forecast: () => ({ features: features({ ...driver.features, encrypted: true }) }),
    }),
  },
  {
    name: 'forecast-forgets',
    base: 'mem',
    caughtBy: ['what opens is what was forecast'],
    breakStream: sound,
    breakDriver: (driver) => ({ ...driver, forecast: () => ({}) }),
  },
  {
    name: 'identifies-anybody',
    base: 'mem',
    caughtBy: ['has no advert'],
    breakStream: sound,
    breakDriver: (driver) => ({
      ...driver,
      identify: ({ uri }) => ({ advert: { token: 'made up for the occasion', uris: [uri] }, pid: process.pid }),
    }),
  },
  {
    name: 'expects-nobody',
    base: 'mem',
    caughtBy: ['known by their advert'],
    breakStream: sound,
    breakDriver: (driver) => ({ ...driver, open: (target) => driver.open({ ...target, expect: undefined }) }),
  },
]
