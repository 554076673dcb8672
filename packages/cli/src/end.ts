/** What an argument names: a URI of a known scheme, `-`, or the path of a file. */
import { existsSync, lstatSync } from 'node:fs'
import { fileUri, type Mode, open, registry, type Stream } from '@camio/core'
import { loadLayers } from './layers.js'
import { findScheme, type Plugins, unknownScheme } from './load.js'

export interface End {
  /** As the user wrote it: errors name it so. */
  readonly given: string
  readonly uri: string
  readonly scheme: string
  /** Where the argument was a path. */
  readonly path?: string
}

const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]{0,31}):/

/** @throws UsageError when it looks like a URI of a scheme that nobody knows and is no file's name either */
export async function resolveEnd(given: string, plugins: Plugins): Promise<End> {
  if (given === '-') return { given, uri: 'stdio:', scheme: 'stdio' }
  const scheme = given.includes(':') ? SCHEME.exec(given)?.[1]?.toLowerCase() : undefined
  if (scheme === undefined || isDrive(scheme)) return fileEnd(given)
  if (await findScheme(scheme, plugins)) {
    if (given.includes('?')) await loadLayers(given, plugins)
    return { given, uri: given, scheme }
  }
  if (exists(given)) return fileEnd(given)
  throw unknownScheme(scheme, given)
}

function fileEnd(path: string): End {
  // Two slashes would begin a host in a URI; in a path they mean the same as one.
  const plain = path.startsWith('//') ? path.replace(/^\/+/, '/') : path
  return { given: path, uri: fileUri(plain), scheme: 'file', path }
}

/** `C:\data` */
function isDrive(scheme: string): boolean {
  return process.platform === 'win32' && scheme.length === 1
}

function exists(path: string): boolean {
  return existsSync(path) || lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

export interface Opening {
  readonly signal: AbortSignal | undefined
  /** So little from file to file that the native part need not even be loaded for it. */
  readonly small: boolean
}

/** Opens for reading or writing, unless the URI says a mode or the scheme has only its own. */
export function openEnd(end: End, mode: Mode & ('r' | 'w'), { signal, small }: Opening): Promise<Stream> {
  const { modes, options } = registry.driver(end.scheme)
  const mine = (name: string) => name in options && !said(end.uri, name)
  return open(end.uri as string, {
    signal,
    ...(modes.includes(mode) && !said(end.uri, 'mode') && { mode }),
    ...(small && mine('engine') && { engine: 'node' }),
    // A path is made as the shell's > makes it: readable for all that the umask allows. A URI means what it says: 0600.
    ...(mode === 'w' && end.path !== undefined && { perm: '0666' }),
  })
}

function said(uri: string, option: string): boolean {
  return uri.includes('?') && new RegExp(`[?&]${option}=`).test(uri)
}
