// Long runs of tests: what fails is shown when it fails, the others are counted, and a table at the end says how each run went.
import { follow, tool } from './run.mjs'
import { Stop, say } from './say.mjs'

const PROGRESS_MS = 30_000

/** Counts the lines of TAP, and passes on those that tell of a failure: what is indented belongs to the test before it. */
class Tally {
  passed = 0
  skipped = 0
  failed = 0
  #shown = false

  take(line) {
    if (!line.startsWith(' ')) this.#shown = this.#count(line)
    if (this.#shown) process.stdout.write(`${line}\n`)
  }

  /** @returns whether to show it */
  #count(line) {
    if (line.startsWith('not ok ')) this.failed++
    else if (/^ok .* # SKIP\b/.test(line)) this.skipped++
    else if (line.startsWith('ok ')) this.passed++
    return line.startsWith('not ok ')
  }

  toString() {
    return `${this.passed} passed, ${this.skipped} skipped, ${this.failed} failed`
  }
}

/**
 * Runs ava by the Node in `command`. Its standard error is ours.
 * @param name what stands for this run in what is said
 * @returns the row for `conclude`
 */
export async function runAva(name, command, args, { env } = {}) {
  const tally = new Tally()
  const started = performance.now()
  const progress = setInterval(() => say(`${name}: ${tally}`), PROGRESS_MS)
  try {
    const code = await follow(command, [tool('ava'), '--tap', ...args], (line) => tally.take(line), { env })
    const { passed, skipped, failed } = tally
    say(`${name}: ${tally}`)
    return {
      name,
      passed,
      skipped,
      failed,
      ok: code === 0 && passed > 0,
      seconds: (performance.now() - started) / 1000,
    }
  } finally {
    clearInterval(progress)
  }
}

/** Prints the table, and stops if a run has failed. */
export function conclude(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const cells = (name, ...values) => `${name.padEnd(width)}${values.map((value) => `${value}`.padStart(10)).join('')}\n`
  process.stdout.write(cells('', 'passed', 'skipped', 'failed', 'seconds'))
  for (const { name, passed, skipped, failed, seconds } of rows)
    process.stdout.write(cells(name, passed, skipped, failed, seconds.toFixed(0)))
  const failed = rows.filter(({ ok }) => !ok).map(({ name }) => name)
  if (failed.length > 0) throw new Stop(`Tests failed: ${failed.join(', ')}. See above.`)
}
