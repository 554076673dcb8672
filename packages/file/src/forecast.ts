/** What streams over a descriptor will be, by what stat(2) says of it before it is opened. */
import { fstatSync, type Stats, statSync } from 'node:fs'
import type { Calls, Forecast, Mode } from '@camio/core/spi'
import { type EngineChoice, loadBinding } from './binding.js'
import { featuresOf } from './features.js'
import { hasPositions, kindOf } from './opener.js'
import { pathOf } from './path.js'

interface Wanted {
  readonly mode: Mode
  readonly engine: EngineChoice
  /** Has the stream a position of its own? */
  readonly seekable: boolean
}

/** The page cache answers at once. */
const AT_ONCE: Calls = { systemCalls: 1, wakeUps: 0 }
/** Node reads for us; we are told. */
const TOLD: Calls = { systemCalls: 1, wakeUps: 1 }
/** A look that finds nothing, a wake-up, and a read. */
const WAITED: Calls = { systemCalls: 2, wakeUps: 1 }

/** @param stats `null`: there is no such file yet */
export function forecastOf(stats: Stats | null, { mode, engine, seekable }: Wanted): Forecast {
  const native = engine !== 'node' && loadBinding().binding !== null
  const positioned = stats === null || hasPositions(stats)
  const features = featuresOf(mode, seekable && positioned, native ? 'native' : 'node')
  const kernel = stats === null ? 'file' : kindOf(stats)
  if (positioned) return { features, kernel, readsInto: true, read: AT_ONCE, write: AT_ONCE }
  if (native) return { features, kernel, readsInto: true, read: WAITED, write: AT_ONCE }
  return { features, kernel: null, readsInto: false, joins: 2, read: TOLD, write: AT_ONCE }
}

/** @returns `null` where there is none, or where nobody lets us see it */
export function look(address: string, uri: string): Stats | null {
  try {
    return statSync(pathOf(address, uri), { throwIfNoEntry: false }) ?? null
  } catch {
    return null
  }
}

export function lookAt(fd: number): Stats | null {
  try {
    return fstatSync(fd)
  } catch {
    return null
  }
}
