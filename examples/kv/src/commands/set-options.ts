/** What stands behind SET's value. */
import { toBytes } from '../resp/ascii.js'
import type { Request } from '../resp/request.js'
import { integerArgument, moment, NOT_AN_INTEGER } from './numbers.js'

export interface SetOptions {
  when: 'exists' | 'absent' | null
  get: boolean
  keepTtl: boolean
  /** Milliseconds since 1970; 0: never. */
  expires: number
}

const SYNTAX = 'ERR syntax error'
const NX = toBytes('NX')
const XX = toBytes('XX')
const GET = toBytes('GET')
const KEEPTTL = toBytes('KEEPTTL')

/** Each takes a time: in which unit, and from when on. */
const TIMES = [
  { word: toBytes('EX'), unit: 1000, relative: true },
  { word: toBytes('PX'), unit: 1, relative: true },
  { word: toBytes('EXAT'), unit: 1000, relative: false },
  { word: toBytes('PXAT'), unit: 1, relative: false },
]

/** @returns the error where there is one */
export function setOptions(request: Request, now: number): SetOptions | string {
  const options: SetOptions = { when: null, get: false, keepTtl: false, expires: 0 }
  let time: { at: number; kind: (typeof TIMES)[number] } | null = null
  for (let i = 3; i < request.count; i++) {
    const timed = TIMES.find(({ word }) => request.says(i, word))
    if (timed !== undefined) {
      // The same again is no contradiction, as in Redis.
      if ((time !== null && time.kind !== timed) || options.keepTtl || i + 1 === request.count) return SYNTAX
      time = { at: ++i, kind: timed }
    } else if (request.says(i, KEEPTTL) && time === null) {
      options.keepTtl = true
    } else if (!setFlag(request, i, options)) {
      return SYNTAX
    }
  }
  if (time === null) return options
  const value = integerArgument(request, time.at)
  if (value === null) return NOT_AN_INTEGER
  const expires = moment(value, time.kind.unit, time.kind.relative ? now : 0)
  if (value <= 0 || expires === null) return "ERR invalid expire time in 'set' command"
  options.expires = expires
  return options
}

function setFlag(request: Request, i: number, options: SetOptions): boolean {
  if (request.says(i, GET)) options.get = true
  else if (request.says(i, NX) && options.when !== 'exists') options.when = 'absent'
  else if (request.says(i, XX) && options.when !== 'absent') options.when = 'exists'
  else return false
  return true
}
