/** Moments as people write them. */

/** ISO 8601 as far as ECMAScript has it; without a zone a date is UTC, and a time the zone of this machine. */
const ISO = /^\d{4}-\d\d(-\d\d)?(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/
/** As far as a Date reaches. */
const LATEST = 8.64e15

/** Milliseconds since 1970; `null` if it is no moment. */
export function parseMoment(text: string): number | null {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : ISO.test(text) ? Date.parse(text) : Number.NaN
  return value <= LATEST ? value : null
}
