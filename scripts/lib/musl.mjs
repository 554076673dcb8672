// What musl itself thinks of a binary, where this machine has musl beside its own C library (Debian: apt-get install musl).
import { existsSync } from 'node:fs'
import { capture } from './run.mjs'
import { Stop } from './say.mjs'

const LOADER = '/lib/ld-musl-x86_64.so.1'

/** What a Node brings, and nobody does here: no registry has a Node for musl. */
const NODES = /^(napi|uv)_/

export const hasMusl = () => existsSync(LOADER)

/** Has musl's loader map and relocate a binary for x64, as for ldd(1). Stops if it misses any symbol that Node would not bring. */
export async function relocateByMusl(file) {
  const { output } = await capture(LOADER, ['--list', file])
  const missing = [...output.matchAll(/^Error relocating .*: (\S+): symbol not found$/gm)].map(([, symbol]) => symbol)
  const foreign = missing.filter((symbol) => !NODES.test(symbol))
  if (foreign.length > 0) throw new Stop(`${file}: musl has no ${foreign.join(', ')}.`)
  // Every native part calls Node-API: without a word of it the loader has not come so far.
  if (missing.length === 0 || /^Error (?!relocating)/m.test(output))
    throw new Stop(`musl does not load ${file}: ${output}`)
}
