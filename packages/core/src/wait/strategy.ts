/** The `wait=` option: what a waiting call does before the thread sleeps in the kernel. */
import { CamioError, shorten } from '../error.js'
import { parseDuration } from '../uri/units.js'

export interface WaitStrategy {
  /** How long to look again and again first, in milliseconds; 0 for not at all. */
  readonly spinMs: number
  /** After the spin: give the event loop a turn and look again (`true`), or sleep until woken (`false`). */
  readonly yields: boolean
}

/** Sleep until woken. The default. */
export const PARK: WaitStrategy = Object.freeze({ spinMs: 0, yields: false })

/**
 * One spin of `wait=spin`, in milliseconds. JavaScript has one thread: a spin that never let the event loop run would stop
 * timers, signals and every other stream, so an endless spin is made of slices with a turn of the loop between them.
 */
const SPIN_SLICE_MS = 1

/** Nothing else runs in the thread meanwhile: a longer spin is a mistake. */
const LONGEST_SPIN_MS = 1000

/**
 * `park`, `yield`, `spin` (slices of 1 ms with a turn of the event loop between them, never sleeps) or `spin:20us` (look for
 * that long, then park).
 */
export function parseWaitStrategy(text: string): WaitStrategy {
  if (text === 'park') return PARK
  if (text === 'yield') return { spinMs: 0, yields: true }
  if (text === 'spin') return { spinMs: SPIN_SLICE_MS, yields: true }
  const spinMs = text.startsWith('spin:') ? parseDuration(text.slice(5)) : null
  if (spinMs !== null && spinMs <= LONGEST_SPIN_MS) return { spinMs, yields: false }
  const hint = 'use park, yield, spin or spin:<time up to 1s> as in spin:20us'
  throw new CamioError('ERR_CAMIO_BAD_OPTION', `wait=${shorten(text, 60)}: ${hint}`)
}
