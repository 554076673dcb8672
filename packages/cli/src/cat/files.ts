/** What is known of the files behind the arguments before anything is opened: whether two are one, and how much there is. */
import { fstatSync, type Stats, statSync } from 'node:fs'
import { parseUri } from '@camio/core'
import type { End } from '../end.js'

/** Where a `file:` URI's address lies: `file:x`, `file:/x`, `file:///x`. */
function filePath(address: string): string {
  return address.replace(/^\/\/(localhost)?(?=\/)/, '')
}

/** `undefined`: no file, or not there (opening it will say so). */
function stat(end: End, descriptor: 0 | 1): Stats | undefined {
  try {
    if (end.scheme === 'stdio') return fstatSync(descriptor)
    if (end.scheme !== 'file' && end.scheme !== 'mmap') return undefined
    return statSync(end.path ?? filePath(parseUri(end.uri).address), { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Up to this size a copy by way of our own memory is done before a thread for a copy in the kernel would have started. */
const SMALL = 64 * 1024

export interface Survey {
  /**
   * Inputs that are outputs too: reading one would read what was just written, or opening the output would empty it first.
   * An empty file does no harm.
   */
  readonly clashing: ReadonlySet<End>
  /** Bytes of all inputs together, `null` unless every one is a whole regular file. */
  readonly total: number | null
  /** So little, from files to files, that it is not worth preparing anything for. */
  readonly small: boolean
}

export function survey(inputs: readonly End[], outputs: readonly End[]): Survey {
  const targets = outputs.map((end) => stat(end, 1))
  const sources = inputs.map((end) => stat(end, 0))
  const same = (a: Stats, b: Stats | undefined) => b?.isFile() && a.dev === b.dev && a.ino === b.ino
  const clashing = inputs.filter((_, i) => {
    const source = sources[i]
    return source?.isFile() && source.size > 0 && targets.some((target) => same(source, target))
  })
  const total = totalSize(inputs, sources)
  // An output that is not there will be a file.
  const toFiles = outputs.every(({ scheme }, i) =>
    scheme === 'file' ? (targets[i]?.isFile() ?? true) : targets[i]?.isFile(),
  )
  return { clashing: new Set(clashing), total, small: total !== null && total <= SMALL && toFiles }
}

function totalSize(inputs: readonly End[], sources: ReadonlyArray<Stats | undefined>): number | null {
  let total = 0
  for (const [i, source] of sources.entries()) {
    // Files such as those in /proc say 0 and have more; options may ask for a part.
    if (!source?.isFile() || source.size === 0 || inputs[i]!.uri.includes('?')) return null
    total += source.size
  }
  return total
}

/** Linux: /dev/null, /dev/zero and their like, which are character devices but no terminals. */
const MEMORY_DEVICES = 1

/** `isatty` loads half of `node:net`, so only what may be a terminal is asked. */
export function isTerminal(descriptor: 1 | 2): boolean {
  try {
    const stats = fstatSync(descriptor)
    const memory = process.platform === 'linux' && stats.rdev >> 8 === MEMORY_DEVICES
    if (!stats.isCharacterDevice() || memory) return false
    return process.getBuiltinModule('node:tty').isatty(descriptor)
  } catch {
    return false
  }
}
