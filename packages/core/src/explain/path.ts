/** Which path `pipe` would take between two ends, and what a message costs there: the same questions in the same order. */
import { cheapest } from '../pipe/in-kernel.js'
import { fitsBlindClaim } from '../pipe/loops.js'
import type { PipePath } from '../pipe/pipe.js'
import type { Registry } from '../registry.js'
import type { Costs, End } from './end.js'

export interface Route {
  readonly path: PipePath
  readonly costs: Costs
}

export function routeOf(source: End, sink: End, registry: Registry): Route {
  return inKernel(source, sink, registry) ?? inUserSpace(source, sink)
}

function inKernel({ kernel: from }: End, { kernel: to }: End, registry: Registry): Route | null {
  if (from === null || to === null) return null
  const mover = cheapest(registry, { kind: from }, [{ kind: to }])
  if (mover === null) return null
  // The mover has a thread of its own; nobody is woken before it is done.
  return { path: mover.name, costs: { copies: 0, systemCalls: mover.systemCalls ?? null, wakeUps: 0 } }
}

function inUserSpace(source: End, sink: End): Route {
  if (source.region !== null && source.region === sink.region) return { path: 'hand-over', costs: sum(source, sink, 0) }
  const intoClaim =
    source.readsInto &&
    source.features.framing === sink.features.framing &&
    fitsBlindClaim(source.features, sink.maxClaim)
  return intoClaim ? { path: 'read-into', costs: sum(source, sink, 0) } : { path: 'copy', costs: sum(source, sink, 1) }
}

function sum({ read }: End, { write }: End, between: number): Costs {
  return {
    copies: read.copies + between + write.copies,
    systemCalls: plus(read.systemCalls, write.systemCalls),
    wakeUps: plus(read.wakeUps, write.wakeUps),
  }
}

function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}
