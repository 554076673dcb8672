/** The results as a table; colours only where they are understood. */
import { aligned } from '@camio/show'

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
  const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text)
  const [head, ...body] = aligned([HEADS, ...rows], [2, 3])
  const lines = body.map((line, i) => paint(results[i]!.checksum === 'same' ? 32 : 31, line))
  return [paint(1, head!), ...lines].join('\n')
}
