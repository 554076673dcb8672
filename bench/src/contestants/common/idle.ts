import { setTimeout as sleep } from 'node:timers/promises'
import { number } from './arguments.js'
import { report } from './report.js'

/** What this process takes while it does nothing: CPU time and how often it was woken, after `--warm` ms, for `--time` ms. */
export async function watchIdleness(): Promise<never> {
  await sleep(number('warm', 1000))
  const time = number('time', 3000)
  const cpu = process.cpuUsage()
  const { voluntaryContextSwitches } = process.resourceUsage()
  await sleep(time)
  const { user, system } = process.cpuUsage(cpu)
  const wakes = process.resourceUsage().voluntaryContextSwitches - voluntaryContextSwitches
  report({ micros: ((user + system) * 1000) / time, wakes: (wakes * 1000) / time })
}
