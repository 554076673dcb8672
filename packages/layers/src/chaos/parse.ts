/** `chaos=seed:7,loss:0.1,reorder:0.05,delay:2ms,truncate:0.01,after:100,half-close:1MiB`. */
import { parseDuration, parseSize, type Refuse } from '@camio/core/spi'
import { parseTerms, term } from '../terms.js'

/** What may go wrong with what is read; probabilities from 0 to 1. */
export interface Chaos {
  readonly seed: number
  /** Messages only: does not arrive. */
  readonly loss: number
  /** Messages only: arrives twice. */
  readonly duplicate: number
  /** Messages only: arrives behind up to {@link MOST_BEHIND} later ones. */
  readonly reorder: number
  /** Messages only: loses its end. */
  readonly truncate: number
  /** Bytes only: a part of what is at hand is lent. */
  readonly partial: number
  /** Milliseconds by which what is read is late, from and to. */
  readonly delayFrom: number
  readonly delayTo: number
  /** Nothing happens to so many messages at the beginning, or so many bytes. */
  readonly after: number
  /** The end is read behind so many messages, or so many bytes. */
  readonly halfClose: number
}

/** A reordered message waits for so many others, and for so many milliseconds, at most. */
export const MOST_BEHIND = 4
export const LONGEST_BEHIND_MS = 20

const NAMES = ['seed', 'loss', 'duplicate', 'reorder', 'truncate', 'partial', 'delay', 'after', 'half-close']
const LONGEST_DELAY_MS = 60_000

/** @throws `refuse(...)` */
export function parseChaos(text: string, refuse: Refuse): Chaos {
  const terms = parseTerms(text, NAMES, refuse)
  if (terms.first !== null) throw refuse(`is "${text}": write what shall go wrong, such as seed:7,delay:5ms`)
  const share = (name: string) => term(terms, name, 'a probability such as 0.1 or 10%', parseShare, refuse) ?? 0
  const amount = (name: string) => term(terms, name, 'a size, or a number of messages', parseSize, refuse)
  const delay = term(terms, 'delay', 'a time such as 5ms, or 1ms-5ms, up to 1min', parseDelay, refuse)
  return {
    seed: term(terms, 'seed', 'a whole number', parseSeed, refuse) ?? 1,
    loss: share('loss'),
    duplicate: share('duplicate'),
    reorder: share('reorder'),
    truncate: share('truncate'),
    partial: share('partial'),
    delayFrom: delay?.[0] ?? 0,
    delayTo: delay?.[1] ?? 0,
    after: amount('after') ?? 0,
    halfClose: amount('half-close') ?? Infinity,
  }
}

function parseShare(text: string): number | null {
  const [, number, percent] = /^(\d{1,3}(?:\.\d{1,9})?|\.\d{1,9})(%?)$/.exec(text) ?? []
  const share = Number(number) / (percent ? 100 : 1)
  return share >= 0 && share <= 1 ? share : null
}

function parseSeed(text: string): number | null {
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 ? Number(text) : null
}

/** `5ms` is any time up to that. */
function parseDelay(text: string): [number, number] | null {
  const times = text.split('-').map(parseDuration)
  const [from, to] = times.length === 1 ? [0, times[0]!] : times
  if (times.length > 2 || from === null || to === null || from === undefined || to === undefined) return null
  return from <= to && to <= LONGEST_DELAY_MS ? [from, to] : null
}
