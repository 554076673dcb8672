/** Collecting garbage now: what memory is really in use. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')

export const gc = runInNewContext('gc') as () => void
