/** Opens the first candidate of a plan that will open. */
import { connect } from '../open.js'
import type { Resolved } from '../resolve.js'
import type { Stream } from '../stream.js'
import { type CandidateReport, NoCandidate, reasonOf } from './no-candidate.js'
import { type Candidate, needsUnmet, type OpenPlan } from './plan.js'
import { prove } from './prove.js'
import { AllFailed, type Attempt, race, STAGGER_MS, type Standing } from './race.js'
import { unmet, type Wanted } from './wishes.js'

export interface Opened {
  readonly stream: Stream
  readonly winner: Candidate
  /** Of every candidate, in the plan's order. */
  readonly reports: readonly CandidateReport[]
}

/** @throws {@link NoCandidate}; the only candidate's own error where there is one; the signal's reason */
export async function carryOut(plan: OpenPlan, signal: AbortSignal | undefined): Promise<Opened> {
  const { candidates } = plan
  signal?.throwIfAborted()
  const tried = candidates.filter(({ dropped }) => dropped === null)
  const attempts = tried.map((candidate) => attemptOf(candidate, plan))
  const drop = (late: Stream) => void closeQuietly(late)
  try {
    const { value: stream, standings, failures } = await race(attempts, { signal, drop })
    const winner = tried[standings.indexOf('won')]!
    return { stream, winner, reports: reports(candidates, standings, failures) }
  } catch (error) {
    if (!(error instanceof AllFailed)) throw error
    if (candidates.length === 1 && tried.length === 1) throw error.failures[0]
    throw new NoCandidate(
      reports(
        candidates,
        tried.map(() => 'failed'),
        error.failures,
      ),
    )
  }
}

/** Nobody is there to be told how its closing went. */
async function closeQuietly(late: Stream): Promise<void> {
  try {
    await late.close({ discard: true })
  } catch {}
}

/**
 * Who the server of this host is, is found out on this host: where that takes long the machine is busy, and the answer is worth
 * waiting for. Only a server that hangs costs so much: the most that RFC 8305 allows.
 */
const PROOF_MS = 2000

function attemptOf(candidate: Candidate, { wanted, staggerMs }: OpenPlan): Attempt<Stream> {
  const aloneMs = staggerMs ?? (candidate.sameAs === null ? STAGGER_MS : PROOF_MS)
  return { alone: candidate.byOrder, aloneMs, run: (signal) => openCandidate(candidate, wanted, signal) }
}

async function openCandidate(candidate: Candidate, wanted: Wanted, signal: AbortSignal): Promise<Stream> {
  const { sameAs, uri } = candidate
  const resolved = candidate.resolved!
  const expect = sameAs === null ? undefined : await prove(candidate, sameAs, signal)
  const target: Resolved['target'] = { ...resolved.target, signal, expect }
  const stream = await connect({ ...resolved, target })
  const lack = unmet(stream.features, wanted)
  if (lack === null) return stream
  await stream.close({ discard: true })
  throw needsUnmet(uri, lack)
}

function reports(
  candidates: readonly Candidate[],
  standings: readonly Standing[],
  failures: readonly unknown[],
): CandidateReport[] {
  return candidates.map(({ uri, dropped }, i) => {
    if (dropped !== null) return { uri, fate: 'dropped', reason: reasonOf(dropped, uri), error: dropped }
    const error = failures[i]
    if (standings[i] === 'failed') return { uri, fate: 'failed', reason: reasonOf(error, uri), error }
    return { uri, fate: FATES[standings[i] as keyof typeof FATES] }
  })
}

const FATES = { won: 'opened', running: 'overtaken', waiting: 'spared' } as const
