/** Words on stderr, and what they mean for the exit code. */
import { writeSync } from 'node:fs'
import type { CamioError } from '@camio/core'

/** The command was given wrongly: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** By name: the bundle and what it imports have a class each. */
export function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && error.name === 'UsageError'
}

const USAGE_CODES = new Set([
  'ERR_CAMIO_BAD_URI',
  'ERR_CAMIO_UNKNOWN_SCHEME',
  'ERR_CAMIO_UNKNOWN_OPTION',
  'ERR_CAMIO_BAD_OPTION',
  'ERR_CAMIO_NOT_READABLE',
  'ERR_CAMIO_NOT_WRITABLE',
])

/** Exit codes: 0 all went well, 1 an input or output failed, 2 the command was given wrongly. */
export function exitCodeOf(error: unknown): 1 | 2 {
  return isUsageError(error) || USAGE_CODES.has((error as CamioError).code) ? 2 : 1
}

/** `camio cat: file:x: no such file` */
export function complain(...parts: readonly string[]): void {
  say(2, `${parts.join(': ')}\n`)
}

/**
 * Writes at once, so that nothing waits for the end of the process.
 * @returns what went wrong; on standard error there is nobody to tell
 */
export function say(fd: 1 | 2, text: string): NodeJS.ErrnoException | null {
  const bytes = Buffer.from(text)
  for (let from = 0; from < bytes.length; ) {
    try {
      from += writeSync(fd, bytes, from)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return error as NodeJS.ErrnoException
    }
  }
  return null
}

/** The error's own words, without the URI, with which the line begins already. */
export function reason(error: unknown, uri: string): string {
  const words = (error as Error).message.split(` in ${uri}`).join('')
  const at = words.indexOf(`${uri}: `)
  return at >= 0 && at < 20 ? words.slice(at + uri.length + 2) : words
}
