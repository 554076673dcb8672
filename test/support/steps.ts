/** The steps of docs/writing-a-scheme.md: files to write and commands to run, in the order of the page. */
import { readFileSync } from 'node:fs'

export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'commands'; readonly folder: string; readonly text: string; readonly prints: string | undefined }

const BLOCK = /^```(\w+) ([^\n]+)\n([\s\S]*?)^```$/gm

/** What its info string, which is older, means. */
const DUCT = 'duct'

export function stepsOf(page: string): Step[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(BLOCK)]
  return blocks.flatMap(([, , info = '', text = ''], i): Step[] => {
    if (info === DUCT) return [{ kind: 'file', path: 'camio-duct/src/index.ts', text }]
    const [key, value = ''] = info.split('=')
    if (key === 'file') return [{ kind: 'file', path: value, text }]
    if (key !== 'in') return []
    const next = blocks[i + 1]
    return [{ kind: 'commands', folder: value, text, prints: next?.[2] === 'prints' ? next[3] : undefined }]
  })
}
