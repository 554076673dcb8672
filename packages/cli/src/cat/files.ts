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
    return statSync(filePath(parseUri(end.uri).address), { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/**
 * The first input that is an output too: reading it would read what was just written, or opening the output would empty it first.
 * An empty file does no harm.
 */
export function readsItsOutput(inputs: readonly End[], outputs: readonly End[]): Set<End> {
  const written = outputs.map((end) => stat(end, 1)).filter((stats) => stats?.isFile())
  const same = (a: Stats, b: Stats) => a.dev === b.dev && a.ino === b.ino
  const harmful = (end: End) => {
    const read = stat(end, 0)
    return read?.isFile() && read.size > 0 && written.some((target) => same(read, target!))
  }
  return new Set(written.length === 0 ? [] : inputs.filter(harmful))
}

/** Bytes of all inputs together, `null` unless every one is a whole regular file. */
export function totalSize(inputs: readonly End[]): number | null {
  let total = 0
  for (const end of inputs) {
    const stats = end.uri.includes('?') ? undefined : stat(end, 0)
    // Files such as those in /proc say 0 and have more.
    if (!stats?.isFile() || stats.size === 0) return null
    total += stats.size
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
