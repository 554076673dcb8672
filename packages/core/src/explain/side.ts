/** One end that `explain` was asked about: candidates with their plan, or a stream that is open. */

import { streamOpened } from '../diagnostics.js'
import { carryOut } from '../plan/carry-out.js'
import { reasonOf } from '../plan/no-candidate.js'
import { type Candidate, makePlan, type OpenPlan } from '../plan/plan.js'
import { registry as globalRegistry, type Registry } from '../registry.js'
import type { GivenOptions } from '../resolve.js'
import { type CloseOptions, isStream, type Stream } from '../stream.js'
import { parseUri } from '../uri/parse.js'
import { type End, forecastOfStream, openEnd, plannedEnd } from './end.js'
import type { ExplainedCandidate, ExplainedEnd } from './explanation.js'

export type Role = 'source' | 'sink' | 'stream'

export interface Side {
  readonly explained: ExplainedEnd
  /** What is predicted from; `null`: no candidate is left. */
  readonly end: End | null
  /** The stream itself, opened if it was not. @throws what `open` throws */
  open(signal: AbortSignal | undefined): Promise<OpenSide>
}

export interface OpenSide {
  readonly stream: Stream
  readonly explained: ExplainedEnd
  readonly end: End
  /** Closes what `open` has opened. */
  close(options?: CloseOptions): Promise<void>
}

export function sideOf(what: string | readonly string[] | Stream, role: Role, given: GivenOptions): Side {
  const registry = given.registry ?? globalRegistry
  if (isStream(what)) return streamSide(what, role, registry)
  const uris = [what].flat() as string[]
  return plannedSide(
    makePlan(uris, given, (uri) => modeFor(role, uri, given, registry)),
    role,
  )
}

// ------------------------------------------------------------------------------------------------ open already

function streamSide(stream: Stream, role: Role, registry: Registry): Side {
  const end = openEnd(stream, sideName(role), forecastOfStream(stream, registry))
  const explained: ExplainedEnd = {
    candidates: [{ uri: stream.uri, fate: 'opened', features: stream.features }],
    chosen: stream.uri,
  }
  return { explained, end, open: async () => ({ stream, explained, end, close: async () => {} }) }
}

function sideName(role: Role): 'read' | 'write' {
  return role === 'sink' ? 'write' : 'read'
}

// ------------------------------------------------------------------------------------------------ planned

function plannedSide(plan: OpenPlan, role: Role): Side {
  const { candidates } = plan
  const first = candidates.find(({ dropped }) => dropped === null) ?? null
  return {
    explained: { candidates: candidates.map(predictedFate), chosen: first?.uri ?? null },
    end: first === null ? null : plannedEnd(first),
    async open(signal) {
      const { stream, winner, reports } = await carryOut(plan, signal)
      streamOpened(stream)
      const explained = {
        candidates: reports.map((report, i) => ({ ...report, ...featuresOf(candidates[i]!) })),
        chosen: winner.uri,
      }
      const close = (options?: CloseOptions) => stream.close(options)
      return { stream, explained, end: openEnd(stream, sideName(role), winner.forecast), close }
    },
  }
}

function predictedFate(candidate: Candidate, index: number): ExplainedCandidate {
  const { uri, dropped } = candidate
  if (dropped !== null)
    return { uri, fate: 'dropped', reason: reasonOf(dropped, uri), error: dropped, ...featuresOf(candidate) }
  const reason = condition(candidate, index)
  const fate = index === 0 ? 'first' : 'next'
  return { uri, fate, ...(reason !== null && { reason }), ...featuresOf(candidate) }
}

function featuresOf({ features }: Candidate): Pick<ExplainedCandidate, 'features'> {
  return features === null ? {} : { features }
}

/** Under which condition it is tried at all. */
function condition({ sameAs, byOrder }: Candidate, index: number): string | null {
  if (sameAs !== null) return `only if it is the very server of ${sameAs.map(({ uri }) => uri).join(' or ')}`
  return byOrder && index > 0 ? 'only when those before it have failed' : null
}

/** A source is read and a sink written, unless the URI says a mode, or the scheme has only others. */
function modeFor(role: Role, uri: string, given: GivenOptions, registry: Registry): GivenOptions {
  const mode = role === 'source' ? 'r' : 'w'
  const { scheme, options } = parseUri(uri)
  const said = given.mode !== undefined || options.some(([name]) => name === 'mode')
  if (role === 'stream' || said || !registry.has(scheme)) return {}
  return registry.driver(scheme).modes.includes(mode) ? { mode } : {}
}
