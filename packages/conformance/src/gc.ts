/** Collecting garbage now: what memory is really in use. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Deno has V8, as Node has; Bun has not, and collects by a function of its own. */
const { Bun } = globalThis as { Bun?: { gc(now: boolean): void } }

function ofV8(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

export const gc = Bun === undefined ? ofV8() : () => Bun.gc(true)
