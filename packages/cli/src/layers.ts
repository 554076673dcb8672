/** What a URI's options put around its stream: the package that has it, and for `tee=` the sink's as well. */
import { parseUri } from '@camio/core'
import { INNER_LAYERS, LAYER_HOME, OUTER_LAYERS } from '@camio/core/spi'
import { UsageError } from './complain.js'
import { findScheme, loadOwn, type Plugins } from './load.js'

const NAMES: readonly string[] = [...INNER_LAYERS, ...OUTER_LAYERS]

/** @throws UsageError where the layers are asked for and not installed */
export async function loadLayers(uri: string, plugins: Plugins): Promise<void> {
  const asked = optionsOf(uri).filter(([name]) => NAMES.includes(name))
  if (asked.length === 0) return
  if (!(await loadOwn(LAYER_HOME)))
    throw new UsageError(`${uri}: needs ${LAYER_HOME}, which is not installed: npm install ${LAYER_HOME}`)
  for (const [name, value] of asked) {
    const scheme = name === 'tee' && value.includes(':') ? value.slice(0, value.indexOf(':')) : null
    if (scheme !== null) await findScheme(scheme.toLowerCase(), plugins)
  }
}

/** What is wrong with a URI is said when it is opened. */
function optionsOf(uri: string): ReadonlyArray<readonly [string, string]> {
  try {
    return [...parseUri(uri).options]
  } catch {
    return []
  }
}
