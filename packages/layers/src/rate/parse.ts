/** `rate=10MiB/s`, `rate=500msg/s,burst:50`. */
import { parseDuration, parseSize, type Refuse } from '@camio/core/spi'
import { parseTerms, term } from '../terms.js'

export interface Rate {
  readonly unit: 'bytes' | 'messages'
  readonly perMs: number
  /** So much may pass at once after a pause. */
  readonly burst: number
}

const NAMES = ['burst']
const RATE = /^(.+?)(?:\/(.*))?$/
const MESSAGES = /^(\d{1,9}(?:\.\d{1,9})?)(?:msg|messages?)$/
/** Without `burst:` so much of the rate may pass at once. */
const BURST_MS = 10

/** @throws `refuse(...)` */
export function parseRate(text: string, refuse: Refuse): Rate {
  const terms = parseTerms(text, NAMES, refuse)
  const [, amount = '', per = 's'] = RATE.exec(terms.first ?? '') ?? []
  // `s` alone is one second.
  const milliseconds = parseDuration(/^\d/.test(per) ? per : `1${per}`)
  const messages = MESSAGES.exec(amount)
  const count = messages ? Number(messages[1]) : parseSize(amount)
  if (count === null || milliseconds === null || !(count / milliseconds > 0) || !Number.isFinite(count / milliseconds))
    throw refuse(`is "${text}", not a rate such as 10MiB/s or 500msg/s`)
  const unit = messages ? 'messages' : 'bytes'
  const perMs = count / milliseconds
  const burst = term(terms, 'burst', unit === 'bytes' ? 'a size' : 'a number of messages', parseBurst, refuse)
  return { unit, perMs, burst: burst ?? Math.max(1, perMs * BURST_MS) }
}

function parseBurst(text: string): number | null {
  const burst = parseSize(text.replace(/msg$/, ''))
  return burst === null || burst < 1 ? null : burst
}
