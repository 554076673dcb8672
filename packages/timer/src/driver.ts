/** `timer:PERIOD`, `timer:PERIOD?at=TIME`, `timer:?at=TIME`. */
import { CamioError, defineDriver, features, parseDuration, type Target } from '@camio/core/spi'
import { parseMoment } from './moment.js'
import { timerOptions } from './options.js'
import { TimerStream } from './stream.js'
import { TICK_SIZE } from './tick.js'
import { Times } from './times.js'

type TimerTarget = Target<typeof timerOptions>

const FEATURES = features({
  writable: false,
  framing: 'messages',
  scope: 'process',
  mtu: TICK_SIZE,
  connectionless: true,
})

export const driver = defineDriver({
  abi: 1,
  scheme: 'timer',
  id: '@camio/timer',
  help: 'ticks as messages, to be waited for beside streams',
  addressForm: 'PERIOD',
  options: timerOptions,
  modes: ['r'],
  features: FEATURES,
  available: () => ({ ok: true, engine: 'js' }),
  forecast: () => ({ read: { systemCalls: 0, wakeUps: 1 } }),
  open: (target) => new TimerStream(target.init(`timer:${target.address}`, FEATURES), timesOf(target)),
})

function timesOf(target: TimerTarget): Times {
  const { at, ticks } = target.options
  const now = performance.now()
  const start = at === undefined ? null : now + (parseMoment(at)! - Date.now())
  if (target.address === '') {
    if (start === null)
      throw bad(target, 'has no period and no at=: write timer:100ms, or timer:?at=2030-01-31T08:00:00Z')
    if (ticks !== undefined && ticks > 1) throw bad(target, 'has ticks= and no period: write timer:100ms?at=...')
    return new Times(start, Infinity, 1)
  }
  const period = periodOf(target)
  return new Times(start === null ? now + period : nextOf(start, period, now), period, ticks ?? Infinity)
}

/** A start that is over says where the ticks stand: those before now are nobody's. */
function nextOf(start: number, period: number, now: number): number {
  return start >= now ? start : start + Math.ceil((now - start) / period) * period
}

function periodOf(target: TimerTarget): number {
  const period = parseDuration(target.address)
  if (period !== null && period > 0) return period
  throw bad(target, `has the period "${target.address}": write a time as in timer:100ms`)
}

function bad(target: TimerTarget, why: string): CamioError {
  return new CamioError('ERR_CAMIO_BAD_URI', `${target.uri} ${why}`, { uri: target.uri })
}
