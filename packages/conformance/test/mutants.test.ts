/** The suite can fail: each broken driver is caught by the case that is about what is broken; the same driver, sound, is not. */
import { conformance, type TestFunction } from '@camio/conformance'
import test from 'ava'
import { cleanUp } from './mutants/leaked.js'
import type { Mutant } from './mutants/mutant.js'
import { MUTANTS } from './mutants/mutants.js'
import './mutants/register.js'

type Run = (t: unknown) => Promise<void>

let names = 0

test.afterEach.always(cleanUp)

/** The cases of the suite for a scheme, by title. */
function casesOf(scheme: string, timeout: number): Map<string, Run> {
  const cases = new Map<string, Run>()
  const collect: TestFunction = Object.assign((title: string, fn: Run) => void cases.set(title, fn), { skip: () => {} })
  const module = import.meta.resolve('./mutants/register.js')
  const pair = { address: () => `${scheme}:${++names}` }
  conformance({ test: collect, harness: { scheme, module, pair, timeout } })
  return cases
}

function named(cases: Map<string, Run>, part: string): Run {
  const found = [...cases].filter(([title]) => title.includes(part))
  if (found.length !== 1) throw new Error(`"${part}" names ${found.length} cases`)
  return found[0]![1]
}

const SOUND: Readonly<Record<Mutant['base'], string>> = {
  mem: 'mutant-none',
  duct: 'mutant-none-of-bytes',
  lossy: 'mutant-none-of-lossy',
}

for (const { name, base, caughtBy } of MUTANTS) {
  test.serial(`${name} is caught`, async (t) => {
    for (const part of caughtBy) {
      const started = performance.now()
      await t.notThrowsAsync(named(casesOf(SOUND[base], 60_000), part)(t), `sound: ${part}`)
      // A case that hangs is a case that fails, after many times what it takes on a sound driver at this very moment.
      const patience = Math.max(400, (performance.now() - started) * 8)
      await t.throwsAsync(named(casesOf(`mutant-${name}`, patience), part)({}), { any: true }, `broken: ${part}`)
    }
  })
}
