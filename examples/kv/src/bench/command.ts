/** `camio-kv bench`. */
import { writeFileSync } from 'node:fs'
import { chart, Progress } from '@camio/show'
import '../transports.js'
import { UsageError } from '../usage.js'
import { type BenchArguments, type Plan, parseBench } from './arguments.js'
import { HELP } from './help.js'
import { type Measured, measure } from './measure.js'
import { drawn, table } from './report.js'

/** @returns the exit code: 0, 1 when a server failed, 2 for a wrong command line */
export async function run(args: readonly string[]): Promise<number> {
  try {
    return await bench(parseBench(args))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`camio-kv bench: ${error.message}\nTry camio-kv bench --help\n`)
    return 2
  }
}

async function bench({ help, uris, json, svg, plan }: BenchArguments): Promise<number> {
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  const results: Measured[] = []
  for (const uri of uris) {
    const result = await attempt(uri, plan)
    if (result === null) continue
    results.push(result)
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`)
  }
  if (!json && results.length > 0) process.stdout.write(`${table(results)}\n`)
  if (svg !== null && results.length > 0) writeFileSync(svg, chart('camio-kv bench', drawn(results, describe(plan))))
  return results.length === uris.length ? 0 : 1
}

/** @returns `null` when it failed, which was told */
async function attempt(uri: string, plan: Plan): Promise<Measured | null> {
  const progress = new Progress()
  try {
    return await measure(uri, plan, (what) => progress.show(`${uri}: ${what}`))
  } catch (error) {
    progress.clear()
    process.stderr.write(`camio-kv bench: ${error instanceof Error ? error.message : String(error)}\n`)
    return null
  } finally {
    progress.clear()
  }
}

function describe({ clients, pipeline, sets, valueSize, wait }: Plan): string {
  const percent = Math.round(sets * 100)
  return `${percent} % SET, values of ${valueSize} B, ${clients} x ${pipeline} requests at once, wait=${wait}`
}
