/** Needs of `listen`: all are bound or none, so that there is nothing to prefer, and whoever does not meet them fails all. */
import type { GivenOptions } from '../resolve.js'
import { badOption } from '../uri/schema.js'
import { NoCandidate, reasonOf } from './no-candidate.js'
import { makePlan } from './plan.js'

/** @throws `ERR_CAMIO_NO_CANDIDATE`, `ERR_CAMIO_BAD_OPTION`, and what `makePlan` throws */
export function checkListen(uris: readonly string[], given: GivenOptions): void {
  for (const name of ['prefer', 'avoid', 'stagger'] as const)
    if (given[name] !== undefined) throw badOption(name, 'is for open: listen takes all or none', uris[0] ?? '')
  const dropped = makePlan(uris, given).candidates.filter((candidate) => candidate.dropped !== null)
  if (dropped.length === 0) return
  throw new NoCandidate(
    dropped.map(({ uri, dropped: error }) => ({ uri, fate: 'dropped', reason: reasonOf(error, uri), error })),
  )
}
