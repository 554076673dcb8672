import { type Block, LIMIT, type Mark, marksOf, text, WIDTH } from './draw.js'
import { short } from './number.js'
import type { Drawn } from './types.js'

const LABEL = 190
const BAR = 330
const ROW = 20
const HEAD = 30
const GAP = 14

/** A bar for every contestant of a case, on the case's own scale; `null` without figures. */
export function bars(result: Drawn): Block | null {
  const marks = marksOf(result)
  if (marks.length === 0) return null
  return { height: HEAD + marks.length * ROW + GAP, at: (top) => block(result, marks, top) }
}

function block(result: Drawn, marks: readonly Mark[], top: number): string {
  const largest = Math.max(...marks.map((mark) => mark.value))
  const lines = [
    text(16, top + 14, result.case, 'text title'),
    text(WIDTH - 16, top + 14, `${result.unit}, ${result.better} is better`, 'faint', 'end'),
  ]
  marks.forEach((mark, i) => {
    lines.push(barOf(result, mark, top + HEAD + i * ROW, largest))
  })
  return `<g>\n${lines.join('\n')}\n</g>`
}

function barOf(result: Drawn, mark: Mark, y: number, largest: number): string {
  const width = largest === 0 ? 1 : Math.max(1, (mark.value / largest) * BAR)
  const ratio = result.ratio[mark.kind === 'limit' ? LIMIT : mark.name]
  const note = mark.kind === 'ours' || ratio === undefined ? '' : `  (ours ${short(ratio)} x)`
  return [
    text(LABEL - 8, y + 10, mark.name, 'text', 'end'),
    `<rect class="${mark.kind}" x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${ROW - 6}" rx="2"/>`,
    text(LABEL + width + 6, y + 10, `${short(mark.value)}${note}`, mark.kind === 'ours' ? 'text title' : 'faint'),
  ].join('\n')
}
