import { shuffled } from './random.js'
import type { Case, Contestant, Entry, Measured, Round } from './types.js'

export interface RoundOptions {
  readonly runs: number
  /** Rounds before those that count: caches, the governor, the first compile. */
  readonly warmup: number
  readonly next: () => number
  progress(text: string): void
}

const isPresent = (entry: Entry): entry is Contestant => 'run' in entry

/** Runs a case's contestants interleaved: every round has each of them once, in an order of its own. */
export async function runRounds(subject: Case, options: RoundOptions): Promise<Measured> {
  const absent = new Map<string, string>()
  for (const entry of subject.entries) if (!isPresent(entry)) absent.set(entry.name, entry.absent)
  const contestants = subject.entries.filter(isPresent)
  const rounds: Round[] = []
  for (let i = -options.warmup; i < options.runs; i++) {
    const label = i < 0 ? 'warm-up' : `round ${i + 1} of ${options.runs}`
    const present = contestants.filter((contestant) => !absent.has(contestant.name))
    const round = await runRound(shuffled(present, options.next), absent, (name) => {
      options.progress(`${subject.name}: ${label}: ${name}`)
    })
    if (i >= 0) rounds.push(round)
  }
  return { case: subject, rounds, absent }
}

async function runRound(
  order: readonly Contestant[],
  absent: Map<string, string>,
  onRun: (name: string) => void,
): Promise<Round> {
  const round = new Map<string, number>()
  for (const contestant of order) {
    onRun(contestant.name)
    try {
      round.set(contestant.name, await contestant.run())
    } catch (error) {
      absent.set(contestant.name, `failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return round
}
