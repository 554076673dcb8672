/**
 * Which packages the command may load: the project's own, from a fixed list and from beside the command, and those that the user
 * allowed by name. A URI alone never makes anything else run.
 */
import { join } from 'node:path'
import { KNOWN_SCHEMES, registry } from '@camio/core'
import { nearest } from '@camio/core/spi'
import { UsageError } from './complain.js'
import { load } from './lazy.js'

export interface Plugins {
  /** By `--plugin`: loaded in any case. */
  readonly named: readonly string[]
  /** By `CAMIO_PLUGINS`: loaded when a scheme is met that nobody else has. */
  readonly allowed: readonly string[]
}

export function pluginsFrom(named: readonly string[] | undefined, environment = process.env.CAMIO_PLUGINS): Plugins {
  const allowed = environment?.split(',').map((name) => name.trim())
  return { named: named ?? [], allowed: allowed?.filter((name) => name !== '') ?? [] }
}

/** Makes `scheme` known to the registry if that is possible. */
export async function findScheme(scheme: string, plugins: Plugins): Promise<boolean> {
  if (registry.has(scheme)) return true
  if (Object.hasOwn(KNOWN_SCHEMES, scheme)) {
    if (!(await loadOwn(KNOWN_SCHEMES[scheme]!))) throw notInstalled(scheme)
  } else {
    for (const name of plugins.allowed) await loadPlugin(name)
  }
  return registry.has(scheme)
}

/** @returns whether `@camio/...` is installed */
export async function loadOwn(name: string): Promise<boolean> {
  try {
    await load(name)
    return true
  } catch (error) {
    if (isMissing(error, name)) return false
    throw error
  }
}

/** A package beside the command or in the user's project, or a file. @throws UsageError */
export async function loadPlugin(name: string): Promise<void> {
  const problem = (error: unknown) =>
    new UsageError(`cannot load the plugin "${name}": ${(error as Error).message.split('\n')[0]}`)
  const isPath = /^\.{0,2}[/\\]/.test(name)
  try {
    if (!isPath) return void (await load(name))
  } catch (error) {
    if (!isMissing(error, name)) throw problem(error)
  }
  try {
    await load(fromHere(name))
  } catch (error) {
    throw problem(error)
  }
}

/** The URL of the file that a program in the working directory would get for `name`. */
function fromHere(name: string): string {
  const { createRequire } = process.getBuiltinModule('node:module')
  const { pathToFileURL } = process.getBuiltinModule('node:url')
  return pathToFileURL(createRequire(join(process.cwd(), 'camio')).resolve(name)).href
}

function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException
  return code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)
}

export function notInstalled(scheme: string): UsageError {
  const home = KNOWN_SCHEMES[scheme]!
  return new UsageError(`${scheme}: needs ${home}, which is not installed: npm install ${home}`)
}

/** @param given what a file may be called, where a file was possible */
export function unknownScheme(scheme: string, given?: string): UsageError {
  const near = nearest(
    scheme,
    new Set([...registry.list().map((driver) => driver.scheme), ...Object.keys(KNOWN_SCHEMES)]),
  )
  const text = `${given ?? scheme}: unknown scheme "${scheme}", did you mean "${near}"?`
  const file = given === undefined ? '' : `; a file of this name is ./${given}`
  return new UsageError(`${text} (camio schemes lists them${file})`)
}
