import { random } from './random.js'
import { resultOf } from './result.js'
import { runRounds } from './rounds.js'
import { watchOthers } from './run/load.js'
import type { Case, Measured, Result, Settings, Suite } from './types.js'

export interface SuiteOptions extends Settings {
  readonly cases: readonly string[]
  readonly only: readonly string[]
  readonly runs: number | null
  readonly seed: number
}

/** Runs a suite's cases one after the other and shows each result as soon as there is one. */
export async function runSuite(suite: Suite, options: SuiteOptions, show: (result: Result) => void): Promise<void> {
  const next = random(options.seed)
  try {
    for (const subject of chosen(await suite.cases(options), options)) {
      show(resultOf(suite.name, await measure(suite, subject, options, next)))
    }
  } finally {
    await suite.cleanup?.()
  }
}

/** What the command line leaves of a suite. */
export function chosen(cases: readonly Case[], { cases: names, only }: Pick<SuiteOptions, 'cases' | 'only'>): Case[] {
  const among = (wanted: readonly string[], name: string): boolean =>
    wanted.length === 0 || wanted.some((text) => name.includes(text))
  return cases
    .filter((subject) => among(names, subject.name))
    .map((subject) => ({ ...subject, entries: subject.entries.filter((entry) => among(only, entry.name)) }))
    .filter((subject) => subject.entries.length > 0)
}

async function measure(suite: Suite, subject: Case, options: SuiteOptions, next: () => number): Promise<Measured> {
  options.progress(`${subject.name}: prepares`)
  const calibration = await suite.calibrate?.()
  try {
    await subject.prepare?.()
    const runs = options.runs ?? subject.runs
    const warmup = options.quick ? 0 : 1
    const outcome = await runRounds(subject, { runs, warmup, next, watchOthers, progress: options.progress })
    return { ...outcome, calibration }
  } finally {
    await subject.cleanup?.()
  }
}
