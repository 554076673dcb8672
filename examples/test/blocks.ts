/** Programs that stand in the documentation, and what the text says that they print. */
import { readFileSync } from 'node:fs'

export interface Program {
  /** `guide-7` */
  readonly name: string
  /** Where it stands: `docs/guide.md:120`. */
  readonly place: string
  readonly code: string
  /** The ```text block right behind it. */
  readonly prints: string | undefined
  /** Not with ```ts no-run, and not what a test runner runs: these are compiled only. */
  readonly runs: boolean
}

interface Block {
  readonly info: string
  readonly line: number
  readonly text: string
  /** The block before it ends right above, but for empty lines. */
  readonly follows: boolean
}

function blocks(markdown: string): Block[] {
  const found: Block[] = []
  const fence = /^```(.*)\n([\s\S]*?)^```$/gm
  let end = -1
  for (let match = fence.exec(markdown); match !== null; match = fence.exec(markdown)) {
    const line = markdown.slice(0, match.index).split('\n').length
    const follows = end >= 0 && markdown.slice(end, match.index).trim() === ''
    found.push({ info: match[1]!.trim(), line, text: match[2]!, follows })
    end = fence.lastIndex
  }
  return found
}

/** The block with this info string, where the documentation repeats a file. */
export function blockOf(file: string, info: string): string | undefined {
  return blocks(readFileSync(file, 'utf8')).find((block) => block.info === info)?.text
}

/** Every ```ts block; the one marked `preamble` begins all others. */
export function programs(file: string, shown: string): Program[] {
  const all = blocks(readFileSync(file, 'utf8'))
  const preamble = all.find(({ info }) => info === 'ts preamble')?.text ?? ''
  const stem = shown.replace(/\.md$/, '').replace(/\W+/g, '-')
  return all.flatMap(({ info, line, text }, i) => {
    if (info !== 'ts' && info !== 'ts no-run') return []
    const runs = info === 'ts' && !/from 'ava'/.test(text)
    const next = all[i + 1]
    const prints = next?.info === 'text' && next.follows ? next.text : undefined
    return [{ name: `${stem}-${line}`, place: `${shown}:${line}`, code: `${preamble}${text}`, prints, runs }]
  })
}
