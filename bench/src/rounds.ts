import { setTimeout as sleep } from 'node:timers/promises'
import { shuffled } from './random.js'
import type { Beside, Case, Contestant, Entry, Measured, Measurement, Round } from './types.js'

/** Others that take more of the cores than this spoil a run. */
export const CALM = 0.1
const REST_MS = 500

export interface RoundOptions {
  readonly runs: number
  /** Rounds before those that count: caches, the governor, the first compile. */
  readonly warmup: number
  readonly next: () => number
  /** Begins to watch what share of the machine others take; the answer's answer is the share, `null` if it is not known. */
  watchOthers(): () => number | null
  progress(text: string): void
}

const isPresent = (entry: Entry): entry is Contestant => 'run' in entry

/** Runs a case's contestants interleaved: every round has each of them once, in an order of its own. */
export async function runRounds(subject: Case, options: RoundOptions): Promise<Measured> {
  const { runs, warmup, next, progress } = options
  const absent = new Map<string, string>()
  for (const entry of subject.entries) if (!isPresent(entry)) absent.set(entry.name, entry.absent)
  const contestants = subject.entries.filter(isPresent)
  const runner = new Runner(options, runs * contestants.length)
  const rounds: Round[] = []
  const beside = new Map<string, Beside[]>()
  for (let i = -warmup; i < runs; i++) {
    const label = i < 0 ? 'warm-up' : `round ${i + 1} of ${runs}`
    const round = new Map<string, number>()
    for (const contestant of shuffled(contestants, next)) {
      if (absent.has(contestant.name)) continue
      progress(`${subject.name}: ${label}: ${contestant.name}`)
      try {
        const { figure, beside: told } = await (i < 0 ? measure(contestant) : runner.run(contestant))
        round.set(contestant.name, figure)
        if (i >= 0 && told !== undefined) beside.set(contestant.name, [...(beside.get(contestant.name) ?? []), told])
      } catch (error) {
        absent.set(contestant.name, `failed: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
    if (i >= 0) rounds.push(round)
  }
  return { case: subject, rounds, beside, absent, others: runner.others }
}

async function measure(contestant: Contestant): Promise<Measurement> {
  const measured = await contestant.run()
  return typeof measured === 'number' ? { figure: measured } : measured
}

/** Repeats runs that others disturbed, until there were too many of them. */
class Runner {
  private readonly shares: number[] = []

  constructor(
    private readonly options: RoundOptions,
    private repeats: number,
  ) {}

  /** The share of the machine that others took on average during the runs that count. */
  get others(): number {
    const { shares } = this
    return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length
  }

  async run(contestant: Contestant): Promise<Measurement> {
    for (;;) {
      const share = this.options.watchOthers()
      const measured = await measure(contestant)
      const others = share() ?? 0
      if (others <= CALM || this.repeats-- <= 0) {
        this.shares.push(others)
        return measured
      }
      this.options.progress(`${contestant.name}: others were busy, once more`)
      await sleep(REST_MS)
    }
  }
}
