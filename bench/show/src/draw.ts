/** What all charts share: the page's measures, its colours, and text. */
import type { Drawn } from './types.js'

/** The kinds of contestant that are no peer, and the classes that they are drawn in. */
export const OURS = 'ours'
export const LIMIT = 'limit'

export const WIDTH = 760

export const STYLE = `
  .page { fill: #ffffff } .text { fill: #1f2328 } .faint { fill: #59636e }
  .ours { fill: #c2410c } .limit { fill: #9aa4b0 } .peer { fill: #5b8bbf }
  .line { fill: none; stroke-width: 2 } .grid { stroke: #d1d9e0; stroke-width: 1 }
  .line.ours { stroke: #c2410c } .line.limit { stroke: #9aa4b0 } .line.peer { stroke: #5b8bbf }
  text { font: 12px system-ui, sans-serif } .title { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117 } .text { fill: #e6edf3 } .faint { fill: #9198a1 } .grid { stroke: #3d444d }
    .ours { fill: #f0803c } .limit { fill: #656c76 } .peer { fill: #4a78ad } .line { fill: none }
    .line.ours { stroke: #f0803c } .line.limit { stroke: #656c76 } .line.peer { stroke: #4a78ad }
  }`

export type Kind = 'ours' | 'limit' | 'peer'

/** A contestant's median in one case. */
export interface Mark {
  readonly name: string
  readonly kind: Kind
  readonly value: number
}

export function marksOf(result: Drawn): Mark[] {
  const marks: Mark[] = []
  if (result.ours !== null) marks.push({ name: 'CamIO', kind: OURS, value: result.ours })
  if (result.limit !== null) marks.push({ name: 'C limit', kind: LIMIT, value: result.limit })
  for (const [name, value] of Object.entries(result.peers)) marks.push({ name, kind: 'peer', value })
  return marks
}

/** Something drawn, and how much of the page's height it takes. */
export interface Block {
  readonly height: number
  at(top: number): string
}

export function text(x: number, y: number, content: string, style: string, anchor = 'start'): string {
  const at = anchor === 'start' ? '' : ` text-anchor="${anchor}"`
  return `<text class="${style}" x="${x.toFixed(1)}" y="${y.toFixed(1)}"${at}>${escaped(content)}</text>`
}

export function escaped(content: string): string {
  return content.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
