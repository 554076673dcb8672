import { bars } from './bars.js'
import { type Block, escaped, STYLE, text, WIDTH } from './draw.js'
import { lines } from './lines.js'
import type { Drawn } from './types.js'

const HEAD = 40

/** Bars for every case that stands for itself, lines for every series. Readable on light and dark pages. */
export function chart(title: string, results: readonly Drawn[]): string {
  const parts: string[] = []
  let y = HEAD
  for (const block of blocksOf(results)) {
    parts.push(block.at(y))
    y += block.height
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

function blocksOf(results: readonly Drawn[]): Block[] {
  const series = new Map<string, Drawn[]>()
  const blocks: (Block | null)[] = []
  for (const result of results) {
    if (result.series === undefined) blocks.push(bars(result))
    else series.set(result.series.name, [...(series.get(result.series.name) ?? []), result])
  }
  for (const each of series.values()) blocks.push(lines(each))
  return blocks.filter((block) => block !== null)
}
