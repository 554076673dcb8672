import { type Block, type Kind, marksOf, text, WIDTH } from './draw.js'
import { binary, short } from './number.js'
import type { Drawn, Series } from './types.js'

const LEFT = 70
const RIGHT = 180
const HEAD = 34
const PLOT = 220
const FOOT = 46
/** Names beside the ends of lines keep this far apart. */
const LETTERS = 15

interface Point {
  readonly x: number
  readonly value: number
}

interface Line {
  readonly name: string
  readonly kind: Kind
  readonly points: Point[]
}

/** A line for every contestant over the cases of one series, both scales logarithmic; `null` without figures. */
export function lines(results: readonly Drawn[]): Block | null {
  const found = linesOf(results)
  if (found.length === 0) return null
  return { height: HEAD + PLOT + FOOT, at: (top) => new Plot(results, found, top).draw() }
}

function linesOf(results: readonly Drawn[]): Line[] {
  const found = new Map<string, Line>()
  for (const result of results) {
    for (const { name, kind, value } of marksOf(result)) {
      // A logarithm needs something.
      if (value <= 0) continue
      const line = found.get(name) ?? { name, kind, points: [] }
      line.points.push({ x: result.series!.x, value })
      found.set(name, line)
    }
  }
  return [...found.values()]
}

/** A power of ten. */
const plain = (decade: number): string => (10 ** decade).toFixed(Math.max(0, -decade))

class Plot {
  private readonly first: Drawn
  private readonly series: Series
  private readonly xs: readonly number[]
  private readonly decades: readonly [number, number]

  constructor(
    results: readonly Drawn[],
    private readonly found: readonly Line[],
    private readonly top: number,
  ) {
    this.first = results[0]!
    this.series = this.first.series!
    this.xs = results.map((result) => result.series!.x).sort((a, b) => a - b)
    const values = found.flatMap((line) => line.points.map((point) => point.value))
    const least = Math.floor(Math.log10(Math.min(...values)))
    const most = Math.ceil(Math.log10(Math.max(...values)))
    this.decades = [least, Math.max(most, least + 1)]
  }

  draw(): string {
    const { first, series, top } = this
    const heading = [
      text(16, top + 14, series.name, 'text title'),
      text(WIDTH - 16, top + 14, `${first.unit}, ${first.better} is better`, 'faint', 'end'),
    ]
    const axis = text((LEFT + WIDTH - RIGHT) / 2, top + HEAD + PLOT + 34, series.axis, 'faint', 'middle')
    const curves = this.found.map((line) => this.curve(line))
    return ['<g>', ...heading, ...this.grid(), ...this.ticks(), axis, ...curves, ...this.names(), '</g>'].join('\n')
  }

  private across(x: number): number {
    const from = Math.log2(this.xs[0]!)
    const span = Math.log2(this.xs.at(-1)!) - from
    return LEFT + (span === 0 ? 0 : (Math.log2(x) - from) / span) * (WIDTH - LEFT - RIGHT)
  }

  private down(value: number): number {
    const [least, most] = this.decades
    return this.top + HEAD + PLOT * (1 - (Math.log10(value) - least) / (most - least))
  }

  private grid(): string[] {
    const [least, most] = this.decades
    const rows: string[] = []
    for (let decade = least; decade <= most; decade++) {
      const y = this.down(10 ** decade)
      rows.push(`<line class="grid" x1="${LEFT}" y1="${y.toFixed(1)}" x2="${WIDTH - RIGHT}" y2="${y.toFixed(1)}"/>`)
      rows.push(text(LEFT - 8, y + 4, plain(decade), 'faint', 'end'))
    }
    return rows
  }

  private ticks(): string[] {
    const y = this.top + HEAD + PLOT + 16
    return this.xs.map((x) => text(this.across(x), y, binary(x), 'faint', 'middle'))
  }

  private curve({ kind, points }: Line): string {
    const places = points.map(({ x, value }) => `${this.across(x).toFixed(1)},${this.down(value).toFixed(1)}`)
    const dots = places.map((place) => {
      const [x, y] = place.split(',')
      return `<circle class="${kind}" cx="${x}" cy="${y}" r="3"/>`
    })
    return [`<polyline class="line ${kind}" points="${places.join(' ')}"/>`, ...dots].join('\n')
  }

  /** Beside the ends of the lines, from the top down, pushed apart where they would lie upon each other. */
  private names(): string[] {
    let free = Number.NEGATIVE_INFINITY
    return [...this.found]
      .sort((a, b) => b.points.at(-1)!.value - a.points.at(-1)!.value)
      .map(({ name, kind, points }) => {
        const { x, value } = points.at(-1)!
        const y = Math.max(this.down(value) + 4, free)
        free = y + LETTERS
        const label = `${name} ${short(value)}`
        return text(this.across(x) + 10, y, label, kind === 'ours' ? 'text title' : 'faint')
      })
  }
}
