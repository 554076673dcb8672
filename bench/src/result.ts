import { LIMIT, OURS } from '@camio/show'
import { median, pairwiseDifference, pairwiseRatio, spread } from './statistics.js'
import type { Beside, Goal, Judgement, Measured, Result, Round } from './types.js'

export { LIMIT, OURS }

/** Medians, ratios, spread and goals of what was measured. */
export function resultOf(suite: string, measured: Measured): Result {
  const { case: subject, rounds } = measured
  const names = subject.entries.map((entry) => entry.name)
  const figures = new Map<string, readonly number[]>()
  for (const name of names) {
    const values = figuresOf(rounds, name)
    if (values.length > 0) figures.set(name, values)
  }
  const ratio = ratiosOf(rounds, names)
  return {
    suite,
    case: subject.name,
    unit: subject.unit,
    better: subject.better,
    ours: medianOf(figures, OURS),
    limit: medianOf(figures, LIMIT),
    peers: peersOf(figures),
    ratio,
    runs: rounds.length,
    spread: spreadsOf(figures),
    goals: judge(subject.goals ?? [], rounds),
    absent: Object.fromEntries(measured.absent),
    others: measured.others,
    beside: besidesOf(measured.beside),
    series: subject.series,
    note: subject.note,
    calibration: measured.calibration,
  }
}

function figuresOf(rounds: readonly Round[], name: string): number[] {
  return rounds.map((round) => round.get(name)).filter((figure) => figure !== undefined)
}

function medianOf(figures: ReadonlyMap<string, readonly number[]>, name: string): number | null {
  const values = figures.get(name)
  return values === undefined ? null : median(values)
}

function peersOf(figures: ReadonlyMap<string, readonly number[]>): Record<string, number> {
  const peers: Record<string, number> = {}
  for (const [name, values] of figures) if (name !== OURS && name !== LIMIT) peers[name] = median(values)
  return peers
}

function spreadsOf(figures: ReadonlyMap<string, readonly number[]>): Record<string, number> {
  return Object.fromEntries([...figures].map(([name, values]) => [name, spread(values)]))
}

/** Medians, each over the runs that told it; `undefined`: nobody told anything. */
function besidesOf(told: Measured['beside']): Record<string, Beside> | undefined {
  if (told.size === 0) return undefined
  return Object.fromEntries([...told].map(([name, runs]) => [name, medianBeside(runs)]))
}

function medianBeside(runs: readonly Beside[]): Beside {
  const names = new Set(runs.flatMap((run) => Object.keys(run)))
  const valuesOf = (name: string): number[] => runs.map((run) => run[name]).filter((value) => value !== undefined)
  return Object.fromEntries([...names].map((name) => [name, median(valuesOf(name))]))
}

function ratiosOf(rounds: readonly Round[], names: readonly string[]): Record<string, number> {
  const ratios: Record<string, number> = {}
  for (const name of names) {
    if (name === OURS) continue
    const ratio = pairwiseRatio(rounds, OURS, name)
    if (ratio !== null) ratios[name] = ratio
  }
  return ratios
}

/** Goals against what did not run are left out: there is nothing to say about them. */
export function judge(goals: readonly Goal[], rounds: readonly Round[]): Judgement[] {
  const judgements: Judgement[] = []
  for (const goal of goals) {
    const compare = 'ratio' in goal ? pairwiseRatio : pairwiseDifference
    const promised = 'ratio' in goal ? goal.ratio : goal.difference
    const got = compare(rounds, OURS, goal.against)
    if (got === null) continue
    judgements.push({ ...goal, got, pass: goal.is === '<=' ? got <= promised : got >= promised })
  }
  return judgements
}
