import { runChild } from '../../run/child.js'
import { PAIR } from '../../run/cpus.js'
import type { Calibration } from '../../types.js'
import { c } from './programs.js'

/** What a round trip between the two cores costs right now, in C, spinning and asleep. */
export async function calibrate(): Promise<Calibration> {
  const program = c('calibrate', '--cpu', String(PAIR[0]), '--other', String(PAIR[1]))
  if ('absent' in program) return {}
  const { spinNs, sleepUs } = await runChild('calibrate', program)
  return { 'C round trip spinning, ns': spinNs as number, 'C round trip asleep, us': sleepUs as number }
}
