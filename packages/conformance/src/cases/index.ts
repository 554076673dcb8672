/** Every case, in the order in which they build on each other. */
import type { Case } from '../case.js'
import { abort } from './abort.js'
import { backpressure } from './backpressure.js'
import { batches } from './batches.js'
import { claim } from './claim.js'
import { close } from './close.js'
import { copies } from './copies.js'
import { emptyMessages } from './empty-messages.js'
import { end } from './end.js'
import { errors } from './errors.js'
import { iterate } from './iterate.js'
import { open } from './open.js'
import { outcomes } from './outcomes.js'
import { partialRelease } from './partial-release.js'
import { read } from './read.js'
import { waiters } from './waiters.js'
import { write } from './write.js'

export const ALL: readonly Case[] = [
  ...open,
  ...read,
  ...write,
  ...claim,
  ...partialRelease,
  ...emptyMessages,
  ...batches,
  ...iterate,
  ...backpressure,
  ...end,
  ...close,
  ...abort,
  ...waiters,
  ...errors,
  ...outcomes,
  ...copies,
]
