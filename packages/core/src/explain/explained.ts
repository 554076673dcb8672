/** `explain`, once it is asked for. */

import { shareOptions } from '../plan/share.js'
import { registry as globalRegistry } from '../registry.js'
import type { GivenOptions } from '../resolve.js'
import type { Stream } from '../stream.js'
import { badOption } from '../uri/schema.js'
import type { Costs, End } from './end.js'
import { Explanation, type ExplanationData, type Measured } from './explanation.js'
import { routeOf } from './path.js'
import { type RunOptions, runPipe, runRead } from './run.js'
import { type OpenSide, type Side, sideOf } from './side.js'

export type Explainable = string | readonly string[] | Stream
export type ExplainGiven = GivenOptions & { readonly analyze?: boolean | undefined }

export async function explained(
  source: Explainable,
  sink: Explainable | null,
  given: ExplainGiven,
): Promise<Explanation> {
  const { analyze = false, ...options } = given
  if (typeof analyze !== 'boolean') throw badOption('analyze', 'is not true or false', urisOf(source)[0]!)
  const run: RunOptions = { signal: given.signal, registry: given.registry ?? globalRegistry }
  const [forSource, forSink] = divide(urisOf(source), urisOf(sink), options, run)
  const from = sideOf(source, sink === null ? 'stream' : 'source', forSource)
  const to = sink === null ? null : sideOf(sink, 'sink', forSink)
  if (!analyze) return new Explanation(predict(from, to, run))
  return new Explanation(await measure(from, to, run))
}

function urisOf(what: Explainable | null): string[] {
  return typeof what === 'string' || Array.isArray(what) ? ([what].flat() as string[]) : []
}

/** An option goes to the end whose schemes have it; one that nobody has goes to both, and is refused. */
function divide(
  source: string[],
  sink: string[],
  given: GivenOptions,
  { registry }: RunOptions,
): [GivenOptions, GivenOptions] {
  const { require, prefer, avoid, prohibit, stagger, ...options } = given
  const needs = { require, prefer, avoid, prohibit, stagger }
  const shares = shareOptions([...source, ...sink], options, registry)
  const of = (some: readonly GivenOptions[]) => Object.assign({ ...needs }, ...some) as GivenOptions
  return [of(shares.slice(0, source.length)), of(shares.slice(source.length))]
}

// ------------------------------------------------------------------------------------------------ predicting

type Prediction = Pick<ExplanationData, 'path' | 'problem' | 'predicted'>

function predict(from: Side, to: Side | null, run: RunOptions): ExplanationData {
  const prediction = predicted(from.end, to === null ? undefined : to.end, run)
  return { source: from.explained, sink: to?.explained ?? null, ...prediction, measured: null }
}

/** @param to `undefined`: no pipe, only a stream */
function predicted(from: End | null, to: End | null | undefined, { registry }: RunOptions): Prediction {
  if (from === null || to === null) return none(`no candidate for the ${from === null ? 'source' : 'sink'} is left`)
  if (!from.features.readable) return to === undefined ? writing(from) : none(`${from.uri} is not readable`)
  if (to === undefined) return { path: 'read', problem: null, predicted: from.read }
  if (!to.features.writable) return none(`${to.uri} is not writable`)
  if (from.features.framing !== to.features.framing) return none(mismatch(from, to))
  const { path, costs } = routeOf(from, to, registry)
  return { path, problem: null, predicted: costs }
}

function none(problem: string): Prediction {
  return { path: null, problem, predicted: null }
}

/** A stream that is only written: what a claim costs. */
function writing({ write }: End): Prediction {
  const costs: Costs = write
  return { path: 'write', problem: null, predicted: costs }
}

function mismatch(from: End, to: End): string {
  const { framing } = from.features
  return `${from.uri} has ${framing} and ${to.uri} has ${to.features.framing}: declare framing= and frame= at one end`
}

// ------------------------------------------------------------------------------------------------ measuring

async function measure(from: Side, to: Side | null, run: RunOptions): Promise<ExplanationData> {
  const source = await from.open(run.signal)
  let sink: OpenSide | null = null
  let data: ExplanationData
  try {
    sink = to === null ? null : await to.open(run.signal)
    const prediction = predicted(source.end, sink === null ? undefined : sink.end, run)
    const measured = await doIt(source, sink, prediction, run)
    data = { source: source.explained, sink: sink?.explained ?? null, ...prediction, measured }
  } catch (error) {
    // What matters is why it failed, not how the ends took their closing.
    await Promise.allSettled([source.close({ discard: true }), sink?.close({ discard: true })])
    throw error
  }
  await Promise.all([source.close(), sink?.close()])
  return data
}

async function doIt(
  { stream }: OpenSide,
  sink: OpenSide | null,
  { path, problem }: Prediction,
  run: RunOptions,
): Promise<Measured | null> {
  // Nothing can be moved, or, where there is only something to write, nothing is there to be moved.
  if (problem !== null || path === 'write') return null
  return sink === null ? runRead(stream, run) : runPipe(stream, sink.stream, run)
}
