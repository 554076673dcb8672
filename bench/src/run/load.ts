import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Shorter runs than this say nothing: the system counts in hundredths of a second. */
const LEAST_SECONDS = 0.2
const TICKS_A_SECOND = 100

interface Counts {
  /** All that processes of the machine used. Not interrupts: much of them is our own network traffic. */
  readonly all: number
  /** What this process and its children that have ended used. */
  readonly own: number
  readonly at: number
}

/** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal. */
export function ticksOfAll(stat: string): number {
  const [user, nice, system, , , , , steal = 0] = stat.split('\n')[0]!.trim().split(/ +/).slice(1).map(Number)
  return user! + nice! + system! + steal
}

/** /proc/self/stat: utime, stime, cutime and cstime stand 14th to 17th, behind a name in brackets. */
export function ticksOfOwn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
}

function counts(): Counts | null {
  try {
    const all = ticksOfAll(readFileSync('/proc/stat', 'utf8'))
    const own = ticksOfOwn(readFileSync('/proc/self/stat', 'utf8'))
    return { all, own, at: performance.now() }
  } catch {
    return null
  }
}

/**
 * Watches what share of the machine's cores others take from now on.
 * @returns to be called at the end, when the children have ended; `null`: not known
 */
export function watchOthers(): () => number | null {
  const before = counts()
  return () => {
    const after = counts()
    if (before === null || after === null) return null
    const seconds = (after.at - before.at) / 1000
    if (seconds < LEAST_SECONDS) return null
    const others = after.all - before.all - (after.own - before.own)
    return Math.max(0, others / (seconds * TICKS_A_SECOND * cpus().length))
  }
}
