import { LIMIT, OURS } from '../result.js'
import type { Result } from '../types.js'
import { short } from './number.js'

const WIDTH = 760
const LABEL = 190
const BAR = 330
const ROW = 20
const HEAD = 30
const GAP = 14

const STYLE = `
  .page { fill: #ffffff } .text { fill: #1f2328 } .faint { fill: #59636e }
  .ours { fill: #c2410c } .limit { fill: #9aa4b0 } .peer { fill: #5b8bbf }
  text { font: 12px system-ui, sans-serif } .title { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .text { fill: #e6edf3 } .faint { fill: #9198a1 }
    .ours { fill: #f0803c } .limit { fill: #656c76 } .peer { fill: #4a78ad }
  }`

interface Bar {
  readonly name: string
  readonly kind: 'ours' | 'limit' | 'peer'
  readonly value: number
}

/** Bars for every case, each case on its own scale. Readable on light and dark pages. */
export function chart(title: string, results: readonly Result[]): string {
  const parts: string[] = []
  let y = 40
  for (const result of results) {
    const bars = barsOf(result)
    if (bars.length === 0) continue
    parts.push(block(result, bars, y))
    y += HEAD + bars.length * ROW + GAP
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" width="${WIDTH}" height="${y}" rx="6"/>`,
    text(16, 26, title, 'text title'),
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

function barsOf(result: Result): Bar[] {
  const bars: Bar[] = []
  if (result.ours !== null) bars.push({ name: 'CamIO', kind: OURS, value: result.ours })
  if (result.limit !== null) bars.push({ name: 'C limit', kind: LIMIT, value: result.limit })
  for (const [name, value] of Object.entries(result.peers)) bars.push({ name, kind: 'peer', value })
  return bars
}

function block(result: Result, bars: readonly Bar[], top: number): string {
  const largest = Math.max(...bars.map((bar) => bar.value))
  const lines = [
    text(16, top + 14, result.case, 'text title'),
    text(WIDTH - 16, top + 14, `${result.unit}, ${result.better} is better`, 'faint', 'end'),
  ]
  bars.forEach((bar, i) => {
    lines.push(barOf(result, bar, top + HEAD + i * ROW, largest))
  })
  return `<g>\n${lines.join('\n')}\n</g>`
}

function barOf(result: Result, bar: Bar, y: number, largest: number): string {
  const width = largest === 0 ? 1 : Math.max(1, (bar.value / largest) * BAR)
  const ratio = result.ratio[bar.kind === 'limit' ? LIMIT : bar.name]
  const note = bar.kind === 'ours' || ratio === undefined ? '' : `  (ours ${short(ratio)} x)`
  return [
    text(LABEL - 8, y + 10, bar.name, 'text', 'end'),
    `<rect class="${bar.kind}" x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 6}" rx="2"/>`,
    text(LABEL + width + 6, y + 10, `${short(bar.value)}${note}`, bar.kind === 'ours' ? 'text title' : 'faint'),
  ].join('\n')
}

function text(x: number, y: number, content: string, style: string, anchor = 'start'): string {
  const at = anchor === 'start' ? '' : ` text-anchor="${anchor}"`
  return `<text class="${style}" x="${x.toFixed(1)}" y="${y}"${at}>${escaped(content)}</text>`
}

function escaped(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
