import { Progress } from '@camio/show'
import { type Arguments, parse } from './arguments.js'
import { help } from './help.js'
import { save } from './report/save.js'
import { table } from './report/table.js'
import { RESULTS } from './run/places.js'
import { runSuite } from './suite.js'
import { SUITES } from './suites/index.js'
import type { Result, Suite } from './types.js'

const print = (text: string): boolean => process.stdout.write(`${text}\n`)

function chosen(names: readonly string[]): Suite[] {
  if (names.includes('all')) return [...SUITES]
  return names.map((name) => {
    const suite = SUITES.find((candidate) => candidate.name === name)
    if (suite !== undefined) return suite
    throw new RangeError(
      `no suite '${name}'; there are ${SUITES.map((candidate) => candidate.name).join(', ')} and all`,
    )
  })
}

async function list(suites: readonly Suite[], quick: boolean): Promise<void> {
  for (const suite of suites) {
    for (const subject of await suite.cases({ quick, progress: () => {} })) {
      const names = subject.entries.map((entry) => ('absent' in entry ? `${entry.name} (${entry.absent})` : entry.name))
      print(`${suite.name} / ${subject.name}: ${names.join(', ')}`)
    }
  }
}

/** @returns whether everything of ours ran */
async function run(suite: Suite, options: Arguments): Promise<boolean> {
  const progress = new Progress()
  const results: Result[] = []
  const show = (result: Result): void => {
    progress.clear()
    results.push(result)
    print(options.json ? JSON.stringify(result) : `${table(result)}\n`)
  }
  await runSuite(suite, { ...options, progress: (text) => progress.show(`${suite.name}: ${text}`) }, show)
  progress.clear()
  const files = save(options.out ?? RESULTS, suite.name, { seed: options.seed, quick: options.quick }, results)
  if (!options.json) print(`${suite.name}: seed ${options.seed}; written: ${files.join(', ')}\n`)
  return results.every((result) => result.ours !== null)
}

async function main(): Promise<void> {
  const options = parse(process.argv.slice(2))
  if (options.help || (options.suites.length === 0 && !options.list)) {
    print(help(SUITES))
    return
  }
  const suites = options.suites.length === 0 ? [...SUITES] : chosen(options.suites)
  if (options.list) return list(suites, options.quick)
  for (const suite of suites) if (!(await run(suite, options))) process.exitCode = 1
}

// An interrupt ends the process through its exit handlers, which remove what was written beside the results.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

try {
  await main()
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(2)
}
