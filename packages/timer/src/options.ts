/** The options of `timer:`, parsed and range-checked by core. */
import { option } from '@camio/core/spi'
import { parseMoment } from './moment.js'

export const timerOptions = {
  at: option.string({
    help: 'when the first tick is due: a time as in 2030-01-31T08:00:00Z, or milliseconds since 1970',
    check: (text) => (parseMoment(text) === null ? 'is no time as in 2030-01-31T08:00:00Z, and no milliseconds' : null),
  }),
  ticks: option.int({ min: 1, max: 2 ** 48, help: 'how many ticks there are, then it ends; without a period one' }),
} as const
