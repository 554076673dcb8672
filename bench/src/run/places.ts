import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Folders of this package, seen from dist/run. */
export const LIMITS = at('../../limits/')
export const PEERS = at('../../peers/')
export const CACHE = at('../../.cache/')
export const RESULTS = at('../../results/')
export const contestant = (name: string): string => at(`../contestants/${name}.js`)

/** The `camio` command as its package declares it; `null` when the package has no such file yet. */
export function camioCommand(): string | null {
  const home = at('../../../packages/cli/')
  try {
    const { bin } = JSON.parse(readFileSync(`${home}package.json`, 'utf8')) as { bin?: Record<string, string> }
    const path = `${home}${bin?.camio ?? ''}`
    return readFileSync(path, 'utf8').length > 0 ? path : null
  } catch {
    return null
  }
}
