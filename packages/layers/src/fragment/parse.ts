/** `fragment=1400`, `fragment=1400,memory:8MiB,timeout:2s`. */
import { parseDuration, parseSize, type Refuse } from '@camio/core/spi'
import { parseTerms, term } from '../terms.js'
import { HEADER, LARGEST_PIECE, LEAST_PIECE } from './format.js'
import type { Bounds } from './reassembly.js'

export interface Fragmenting extends Partial<Bounds> {
  /** Bytes of a fragment with its header, at most. */
  readonly size: number
  readonly timeout: number
}

const NAMES = ['memory', 'timeout']
const TIMEOUT_MS = 1000

/** @throws `refuse(...)` */
export function parseFragment(text: string, refuse: Refuse): Fragmenting {
  const terms = parseTerms(text, NAMES, refuse)
  const size = parseSize(terms.first ?? '')
  const [least, most] = [HEADER + LEAST_PIECE, HEADER + LARGEST_PIECE]
  if (size === null || size < least || size > most)
    throw refuse(`is "${text}": say how large a fragment is, ${least} to ${most} bytes, such as 1400`)
  const memory = term(terms, 'memory', 'a size from 1KiB on', parseMemory, refuse)
  const timeout = term(terms, 'timeout', 'a time from 1ms to 1min', parseTimeout, refuse) ?? TIMEOUT_MS
  return memory === undefined ? { size, timeout } : { size, timeout, memory }
}

function parseMemory(text: string): number | null {
  const bytes = parseSize(text)
  return bytes !== null && bytes >= 1024 ? bytes : null
}

function parseTimeout(text: string): number | null {
  const ms = parseDuration(text)
  return ms !== null && ms >= 1 && ms <= 60_000 ? ms : null
}
