/** Three significant digits, without an exponent. */
export function short(value: number): string {
  if (value === 0) return '0'
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  const text = value.toFixed(Math.min(digits, 6))
  return Math.abs(value) >= 10_000 ? text.replace(/\B(?=(\d{3})+$)/g, ' ') : text
}

export const percent = (part: number): string => `${(part * 100).toFixed(0)} %`

/** `64 `, `4 Ki`, `1 Mi`: to be followed by the unit. */
export function binary(value: number): string {
  if (value >= 2 ** 20) return `${value / 2 ** 20} Mi`
  return value >= 2 ** 10 ? `${value / 2 ** 10} Ki` : `${value} `
}
