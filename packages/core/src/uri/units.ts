/** Sizes and times as people write them: `4MiB`, `20us`. */

const SIZE_UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  k: 1024,
  kib: 1024,
  kb: 1000,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  mb: 1000 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
  gb: 1000 ** 3,
  t: 1024 ** 4,
  tib: 1024 ** 4,
  tb: 1000 ** 4,
}

const TIME_UNITS_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
}

const QUANTITY = /^(\d{1,16}(?:\.\d{1,9})?)([a-z]{0,3})$/i

function parseQuantity(text: string, units: Record<string, number>): number | null {
  const match = QUANTITY.exec(text)
  if (!match) return null
  const unit = units[match[2]!.toLowerCase()]
  return unit === undefined ? null : Number(match[1]) * unit
}

/** Bytes. `null` if it is not a size; `4k`, `4KiB` and `4096` are the same, `4kB` is 4000. */
export function parseSize(text: string): number | null {
  const quantity = parseQuantity(text, SIZE_UNITS)
  if (quantity === null) return null
  const bytes = Math.round(quantity)
  // 1.1kB is 1100 bytes, whatever binary fractions make of it; 1.5 bytes are none.
  return Number.isSafeInteger(bytes) && Math.abs(quantity - bytes) < 1e-6 ? bytes : null
}

/** Milliseconds, fractions allowed. `null` if it is not a time; a unit is required unless the time is 0. */
export function parseDuration(text: string): number | null {
  return text === '0' ? 0 : parseQuantity(text, TIME_UNITS_MS)
}
