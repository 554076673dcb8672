/** The README says what is true: its example runs, and its tables are those of the code. */
import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CORE_OPTIONS, parseDuration, parseSize } from '@camio/core/spi'
import test from 'ava'

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(readme)![1]!
}

test('the example prints what it says', async (t) => {
  const program = fileURLToPath(new URL('readme-example.mjs', import.meta.url))
  await writeFile(program, block('js'))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program])
    t.is(stdout, block('text'))
  } finally {
    await rm(program)
  }
})

test('the options table is that of the code', (t) => {
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` \| ([^|]*) \| ([^|]*) \|/gm)].map((row) => ({
    name: row[1]!,
    fallback: row[3]!.trim().replaceAll('`', ''),
  }))
  const table = rows.filter(({ name }) => Object.hasOwn(CORE_OPTIONS, name))
  t.deepEqual(
    table.map(({ name }) => name),
    Object.keys(CORE_OPTIONS),
  )
  for (const { name, fallback } of table) {
    const spec = CORE_OPTIONS[name as keyof typeof CORE_OPTIONS] as { type: string; default?: unknown }
    if (spec.default === undefined) continue
    const value = spec.type === 'size' ? parseSize(fallback) : spec.type === 'time' ? parseDuration(fallback) : fallback
    t.is(value, spec.default as string | number, name)
  }
})

test('the diagnostics channels are those of the code', async (t) => {
  const source = await readFile(new URL('../src/diagnostics.ts', import.meta.url), 'utf8')
  const channels = [...source.matchAll(/channel\('(camio:[a-z:]+)'\)/g)].map((match) => match[1]!)
  t.true(channels.length > 5)
  for (const name of channels) t.true(readme.includes(`\`${name}\``), name)
})
