// npm run test:runtimes: the conformance suites of what needs no native part, under Bun and Deno. npm brings their binaries.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { onDemand } from './lib/on-demand.mjs'
import { capture } from './lib/run.mjs'
import { KNOWN } from './lib/runtimes/known.mjs'
import { main, Stop, say } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'
import { conclude } from './lib/tests.mjs'

const SUITE = './scripts/lib/runtimes/conform.test.mjs'
const SCHEMES = ['mem', 'timer', 'file', 'tcp', 'unix', 'udp']

/** What each says of its tests; both say a failure twice. */
const RUNTIMES = [
  {
    runtime: 'Bun',
    package: ['@oven/bun-linux-x64', '1.4', 'bin/bun'],
    args: ['test', '--timeout=60000', SUITE],
    counts: { passed: /^ *(\d+) pass$/m, skipped: /^ *(\d+) skip$/m },
    failure: /^\(fail\) \w+: (.+?)(?: \[[\d.]+m?s\])?$/gm,
  },
  {
    runtime: 'Deno',
    package: ['@deno/linux-x64-glibc', '2.9', 'deno'],
    args: ['test', '--allow-all', '--no-check', SUITE],
    counts: { passed: /(\d+) passed \|/, skipped: /\| (\d+) ignored/ },
    failure: /^\w+: (.+) \.\.\. FAILED \(.+\)$/gm,
  },
]

async function binaryOf([name, version, path]) {
  const binary = join(await onDemand(name, version), path)
  chmodSync(binary, 0o755)
  return binary
}

/** @returns a row for `conclude`; a failure that is known is no failure of the run */
async function conform({ runtime, args, counts, failure }, binary, scheme) {
  const started = performance.now()
  const { code, output } = await capture(binary, args, { env: { CAMIO_SCHEME: scheme, NO_COLOR: '1' } })
  const count = (what) => Number(counts[what].exec(output)?.[1] ?? 0)
  const failed = new Set([...output.matchAll(failure)].map(([, name]) => name))
  const known = KNOWN[runtime][scheme] ?? {}
  for (const name of failed) say(`${runtime}, ${scheme}: ${name} - ${known[name] ?? 'not known'}`)
  const news = [...failed].filter((name) => !(name in known))
  const ok = news.length === 0 && count('passed') > 0 && (code === 0 || failed.size > 0)
  if (!ok) process.stdout.write(output)
  return {
    name: `${runtime}, ${scheme}:`,
    passed: count('passed'),
    skipped: count('skipped'),
    failed: failed.size,
    ok,
    seconds: (performance.now() - started) / 1000,
  }
}

await main(async () => {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new Stop('This is for Linux x64.')
  await setUp({ native: 'none' })
  const rows = []
  for (const runtime of RUNTIMES) {
    const binary = await binaryOf(runtime.package)
    for (const scheme of SCHEMES) rows.push(await conform(runtime, binary, scheme))
  }
  conclude(rows)
})
