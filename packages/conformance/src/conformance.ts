/** Registers every case with the injected runner: to run, or named as skipped. */
import { type Features, registry } from '@camio/core'
import { DEFAULT_LIMITS, type Driver, featuresThrough, layersOf } from '@camio/core/spi'
import { type Case, FED, type Need, SOURCE } from './case.js'
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
  const subject: Subject = { harness, driver, features: declared(driver, harness.options) }
  const run: string[] = []
  const skipped: string[] = []
  for (const c of ALL) {
    const missing = missingFor(c, subject)
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

/** What nobody writes cannot be told what to say: of such a scheme only what needs nothing, or a source, can be asked. */
function missingFor(c: Case, subject: Subject): readonly Need[] {
  const missing = c.needs.filter((need) => !need.holds(subject))
  const fed = subject.harness.source === undefined || c.needs.length === 0 || c.needs.includes(SOURCE)
  return fed ? missing : [...missing, FED]
}

function checkHarness(harness: Harness, driver: Driver): void {
  const listens = driver.listen !== undefined
  const { pair, store, source } = harness
  const given = [pair, store, source].filter((kind) => kind !== undefined).length
  if (given === 1 && listens === (pair !== undefined)) return
  throw new TypeError(
    `the driver ${listens ? 'listens' : 'does not listen'}: its harness needs ${listens ? 'pair' : 'store or source'}, only`,
  )
}

/** The features of what `open` returns when the harness asks for a view, or for layers. */
function declared({ scheme, features: own }: Driver, options: PlainOptions = {}): Features {
  const { inner, outer } = layersOf(options, registry, `${scheme}:`)
  const inside = featuresThrough(inner, own, DEFAULT_LIMITS)
  const framing = options.framing ?? (options.frame === undefined ? own.framing : 'messages')
  return featuresThrough(outer, { ...inside, framing: framing as Features['framing'] }, DEFAULT_LIMITS)
}

const TIMEOUT_MS = 30_000

/** What a slow machine, as an emulated one is, gives every case at least. */
const AT_LEAST_MS = Number(process.env.CAMIO_CONFORMANCE_TIMEOUT ?? 0)

/** Runs one case in a rig of its own, which gives everything back, and calls a case that hangs a failure. */
export async function runCase(c: Case, subject: Subject, t?: unknown): Promise<void> {
  const limit = Math.max(subject.harness.timeout ?? TIMEOUT_MS, AT_LEAST_MS)
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
