/** The options of `replay:`. */
import { option } from '@camio/core/spi'

export const replayOptions = {
  speed: option.string({
    default: '1',
    help: 'how much faster than it was recorded; max: no waiting',
    check: (text) => (parseSpeed(text) === null ? `is "${text}", not a number from 0.001 to 1000, or max` : null),
  }),
  direction: option.enum(['both', 'in', 'out'], {
    default: 'both',
    help: 'what the recorded stream had read (in), written (out), or both',
  }),
  interface: option.int({
    default: -1,
    min: -1,
    max: 65_535,
    help: 'only the recorded stream of this number; -1: all',
  }),
} as const

/** @returns `Infinity` for `max`, `null` where it is no speed */
export function parseSpeed(text: string): number | null {
  if (text === 'max') return Infinity
  const speed = /^\d{1,4}(\.\d{1,3})?$/.test(text) ? Number(text) : 0
  return speed >= 0.001 && speed <= 1000 ? speed : null
}
