/** Figures in what contestants report. */
import type { Line } from '../../run/child.js'
import type { Settings } from '../../types.js'

export const gigabits =
  (size: number) =>
  (line: Line): number =>
    ((line.messages as number) * size * 8) / (line.seconds as number) / 1e9

export const millions = (line: Line): number => (line.messages as number) / (line.seconds as number) / 1e6

export const micros = (line: Line): number => line.micros as number

/** Milliseconds that a receiver counts nothing, and then counts. */
export const spans = (settings: Settings): { readonly warm: number; readonly time: number } =>
  settings.quick ? { warm: 400, time: 400 } : { warm: 1000, time: 2000 }
