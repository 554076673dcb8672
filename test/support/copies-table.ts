/** The tables of docs/copies.md, as `explain` predicts them. Written by `npm run docs:copies`, checked by copies.test.ts. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Costs, type Explanation, explain } from '@camio/core'
import { frameOf } from './pair.js'
import { type Subject, subjects } from './subjects.js'

/** How far a byte stream's messages are marked in the table. */
const MARK = '†'

type Row = Pick<Subject, 'framing' | 'example'> & {
  readonly name: string
  readonly reads: boolean
  readonly writes: boolean
}

export async function tables(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'camio-copies-'))
  try {
    const pipe = join(folder, 'pipe')
    spawnSync('mkfifo', [pipe])
    const rows = subjects(folder).map((subject) => rowOf(subject, `file:${pipe}`))
    return `${await pairsTable(rows)}\n\n${await endsTable(rows)}`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a standard stream is depends on who started the process: here it is a pipe, as in `a | b`. */
function rowOf({ scheme, framing, example, source, sink, standard }: Subject, pipe: string): Row {
  const ways = { framing, reads: source !== undefined, writes: sink !== undefined }
  return standard
    ? { ...ways, name: `\`${scheme}\` on a pipe`, example: pipe }
    : { ...ways, name: `\`${scheme}\``, example }
}

async function pairsTable(rows: readonly Row[]): Promise<string> {
  const sinks = rows.filter(({ writes }) => writes)
  const lines = [
    ['from \\ to', ...sinks.map(({ name }) => name)],
    ['---', ...sinks.map(() => '---')],
  ]
  for (const source of rows.filter(({ reads }) => reads))
    lines.push([source.name, ...(await Promise.all(sinks.map((sink) => cell(source, sink))))])
  return markdown(lines)
}

async function cell(source: Row, sink: Row): Promise<string> {
  const frames = [frameOf(source as never, sink as never), frameOf(sink as never, source as never)]
  const [from, to] = [source, sink].map(({ example }, i) =>
    frames[i] === undefined ? example : `${example}?frame=${frames[i]}`,
  )
  const { path, predicted } = await explain(from!, to!)
  return `${path}, ${predicted!.copies}${frames.some(Boolean) ? ` ${MARK}` : ''}`
}

async function endsTable(rows: readonly Row[]): Promise<string> {
  const lines = [
    ['scheme', 'a lease: copies', 'system calls', 'wake-ups', 'a claim: copies', 'system calls', 'wake-ups'],
    Array.from({ length: 7 }, () => '---'),
  ]
  for (const { name, example, reads, writes } of rows) {
    const read = reads ? costs(await explain(example, { mode: 'r' })) : []
    const write = writes ? costs(await explain(example, { mode: 'w' })) : ['-', '-', '-']
    lines.push([name, ...read, ...write])
  }
  return markdown(lines)
}

function costs({ predicted }: Explanation): string[] {
  const { copies, systemCalls, wakeUps }: Costs = predicted!
  return [copies, systemCalls, wakeUps].map((count) => (count === null ? '?' : String(count)))
}

function markdown(lines: readonly string[][]): string {
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

const BEGIN = '<!-- written by npm run docs:copies -->'
const END = '<!-- end -->'

/** The page with its tables made anew. */
export async function renewed(page: string): Promise<string> {
  const [before, after] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)]
  return `${page.slice(0, before)}\n\n${await tables()}\n\n${page.slice(after)}`
}
