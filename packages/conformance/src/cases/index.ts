/** Every case, in the order in which they build on each other. */
import type { Case } from '../case.js'
import { abort } from './abort.js'
import { backpressure } from './backpressure.js'
import { batches } from './batches.js'
import { claim } from './claim.js'
import { close } from './close.js'
import { copies } from './copies.js'
import { debug } from './debug.js'
import { emptyMessages } from './empty-messages.js'
import { end } from './end.js'
import { errors } from './errors.js'
import { exit } from './exit.js'
import { framing } from './framing.js'
import { iterate } from './iterate.js'
import { killedPeer } from './killed-peer.js'
import { leaks } from './leaks.js'
import { lossy } from './lossy.js'
import { open } from './open.js'
import { outcomes } from './outcomes.js'
import { partialRelease } from './partial-release.js'
import { pipe } from './pipe.js'
import { planning } from './planning.js'
import { read } from './read.js'
import { select } from './select.js'
import { source } from './source.js'
import { stats } from './stats.js'
import { store } from './store.js'
import { wait } from './wait.js'
import { waiters } from './waiters.js'
import { worker } from './worker.js'
import { write } from './write.js'
import { writeBatches } from './write-batches.js'
import { writeLists } from './write-lists.js'

export const ALL: readonly Case[] = [
  ...open,
  ...read,
  ...write,
  ...claim,
  ...partialRelease,
  ...emptyMessages,
  ...batches,
  ...writeBatches,
  ...writeLists,
  ...iterate,
  ...lossy,
  ...backpressure,
  ...end,
  ...close,
  ...abort,
  ...waiters,
  ...wait,
  ...errors,
  ...outcomes,
  ...copies,
  ...stats,
  ...store,
  ...source,
  ...select,
  ...pipe,
  ...planning,
  ...framing,
  ...debug,
  ...worker,
  ...exit,
  ...killedPeer,
  ...leaks,
]
