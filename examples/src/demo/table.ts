/** The results as a table; colours only where they are understood. */

export interface Result {
  readonly scheme: string
  readonly route: string
  readonly uri: string
  readonly bytes: number
  readonly seconds: number
  /** Megabytes (10^6) a second, from opening to the last byte closed. */
  readonly megabytesPerSecond: number
  /** User-space copies of both ends together. */
  readonly copies: number
  /** How it went at the sender's and at the receiver's end. */
  readonly path: string
  readonly checksum: 'same' | 'DIFFERENT'
}

const HEADS = ['scheme', 'route', 'MB/s', 'copies', 'path', 'sha256']

export function table(results: readonly Result[], colours: boolean): string {
  const rows = results.map((r) => [
    r.scheme,
    r.route,
    r.megabytesPerSecond.toFixed(0),
    String(r.copies),
    r.path,
    r.checksum,
  ])
  const widths = HEADS.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => pad(cell, widths[i]!, i))
      .join('  ')
      .trimEnd()
  const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)
  const body = rows.map((row) => paint(row.at(-1) === 'same' ? 32 : 31, line(row)))
  return [paint(1, line(HEADS)), ...body].join('\n')
}

/** Numbers stand right. */
function pad(cell: string, width: number, column: number): string {
  return column === 2 || column === 3 ? cell.padStart(width) : cell.padEnd(width)
}
