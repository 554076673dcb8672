/** Registers every case with the injected runner: to run, or named as skipped. */
import { type Features, registry } from '@camio/core'
import type { Driver } from '@camio/core/spi'
import type { Case } from './case.js'
import { ALL } from './cases/index.js'
import type { Harness, PlainOptions, Subject } from './harness.js'
import { Rig } from './rig.js'

/** What `ava`'s `test.serial` and `node:test`'s `test` have in common. */
export interface TestFunction {
  (title: string, fn: (t: unknown) => Promise<void>): unknown
  skip(title: string, fn: (t: unknown) => Promise<void>): unknown
}

export interface ConformanceOptions {
  readonly test: TestFunction
  readonly harness: Harness
}

export interface Conformance {
  readonly run: readonly string[]
  readonly skipped: readonly string[]
}

/** @returns the titles of the cases that run and of those that do not apply */
export function conformance({ test, harness }: ConformanceOptions): Conformance {
  const driver = registry.driver(harness.scheme)
  checkHarness(harness, driver)
  const name = harness.label ? `${harness.scheme} (${harness.label})` : harness.scheme
  const { ok, reason } = driver.available()
  if (!ok) {
    const title = `${name}: not available here: ${reason}`
    test.skip(title, async () => {})
    return { run: [], skipped: [title] }
  }
  const subject: Subject = { harness, driver, features: declared(driver.features, harness.options) }
  const run: string[] = []
  const skipped: string[] = []
  for (const c of ALL) {
    const missing = c.needs.filter((need) => !need.holds(subject))
    if (missing.length === 0) {
      const title = `${name}: ${c.title}`
      run.push(title)
      test(title, (t) => runCase(c, subject, t))
    } else {
      const title = `${name}: ${c.title} (needs ${missing.map((need) => need.what).join(', ')})`
      skipped.push(title)
      test.skip(title, (t) => runCase(c, subject, t))
    }
  }
  return { run, skipped }
}

function checkHarness(harness: Harness, driver: Driver): void {
  const listens = driver.listen !== undefined
  if (listens === (harness.pair !== undefined) && listens === (harness.store === undefined)) return
  throw new TypeError(
    `the driver ${listens ? 'listens' : 'does not listen'}: its harness needs ${listens ? 'pair' : 'store'}, only`,
  )
}

/** The features of what `open` returns when the harness asks for a view. */
function declared(own: Features, options: PlainOptions = {}): Features {
  const framing = options.framing ?? (options.frame === undefined ? own.framing : 'messages')
  return { ...own, framing: framing as Features['framing'] }
}

const TIMEOUT_MS = 30_000

/** Runs one case in a rig of its own, which gives everything back, and calls a case that hangs a failure. */
export async function runCase(c: Case, subject: Subject, t?: unknown): Promise<void> {
  const limit = subject.harness.timeout ?? TIMEOUT_MS
  const rig = new Rig(subject)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`hangs: not done after ${limit} ms`)), limit)
  })
  try {
    await Promise.race([c.run(rig), late])
  } finally {
    clearTimeout(timer)
    await rig.dispose()
  }
  // ava wants an assertion of its own; ours are node:assert's.
  ;(t as { pass?: () => void } | undefined)?.pass?.()
}
