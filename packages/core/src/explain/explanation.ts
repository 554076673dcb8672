/** What `explain` answers: plain data, with a table of it for people. */
import type { Features } from '../features.js'
import type { PipePath } from '../pipe/pipe.js'
import type { CandidateReport } from '../plan/no-candidate.js'
import type { Costs } from './end.js'
import { table } from './table.js'

export type { Costs } from './end.js'

export interface ExplainedCandidate extends CandidateReport {
  /** Of the stream that it would give; not known where the scheme is not registered. */
  readonly features?: Features
}

export interface ExplainedEnd {
  /** In the order in which they are tried; behind them those that are not. One, for a stream that is open. */
  readonly candidates: readonly ExplainedCandidate[]
  /** The URI of the candidate that is tried first, or that was opened; `null` if there is none. */
  readonly chosen: string | null
}

export interface Measured {
  readonly path: PipePath | 'read'
  /** Messages, or pieces of a byte stream; 0 for in-kernel paths, which move them unseen. */
  readonly messages: number
  readonly bytes: number
  /** All together, not per message. */
  readonly copies: number
  readonly systemCalls: number
  readonly wakeUps: number
  /** Was the source's end reached? `false` after an abort. */
  readonly ended: boolean
}

export interface ExplanationData {
  readonly source: ExplainedEnd
  /** `null` where one stream was explained, not a pipe. */
  readonly sink: ExplainedEnd | null
  /** What `pipe` does (`PipeResult.path`); without a sink `read`, or `write` if it cannot be read; `null` with a `problem`. */
  readonly path: PipePath | 'read' | 'write' | null
  /** Why there is nothing to predict: no candidate is left, or bytes meet messages. */
  readonly problem: string | null
  /** Per message; on byte streams per piece, which is what one read gives. */
  readonly predicted: Costs | null
  /** With `analyze`. */
  readonly measured: Measured | null
}

export class Explanation implements ExplanationData {
  readonly source: ExplainedEnd
  readonly sink: ExplainedEnd | null
  readonly path: PipePath | 'read' | 'write' | null
  readonly problem: string | null
  readonly predicted: Costs | null
  readonly measured: Measured | null

  constructor(data: ExplanationData) {
    this.source = data.source
    this.sink = data.sink
    this.path = data.path
    this.problem = data.problem
    this.predicted = data.predicted
    this.measured = data.measured
  }

  /** A table. */
  toString(): string {
    return table(this)
  }

  toJSON(): ExplanationData {
    const { path, problem, predicted, measured } = this
    return { source: plain(this.source), sink: this.sink && plain(this.sink), path, problem, predicted, measured }
  }
}

/** JSON knows neither Infinity nor errors with their causes: what an error says is in `reason`. */
function plain({ candidates, chosen }: ExplainedEnd): ExplainedEnd {
  return {
    chosen,
    candidates: candidates.map(({ error: _, features, ...rest }) => ({
      ...rest,
      ...(features !== undefined && { features: { ...features, mtu: finite(features.mtu) } }),
    })),
  }
}

function finite(mtu: number): number {
  return Number.isFinite(mtu) ? mtu : Number.MAX_SAFE_INTEGER
}
