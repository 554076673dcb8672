/** Every broken driver. */
import { OF_ENDS } from './ends.js'
import { OF_LOSSY } from './lossy.js'
import type { Mutant } from './mutant.js'
import { OF_PLANNING } from './planning.js'
import { OF_READING } from './reading.js'
import { OF_WAITING } from './waiting.js'
import { OF_WRITING } from './writing.js'

export const MUTANTS: readonly Mutant[] = [
  ...OF_READING,
  ...OF_WRITING,
  ...OF_WAITING,
  ...OF_ENDS,
  ...OF_LOSSY,
  ...OF_PLANNING,
]
