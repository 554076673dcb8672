/**
 * The one error type of the library. Flow control is never an error (see docs/guide.md, "Outcomes").
 *
 * Two copies of core may live in one process, so nobody tests errors with `instanceof`: use {@link isCamioError} or `code`.
 */

import { getSystemErrorMap } from 'node:util'
import { missingFlag } from './permission.js'

const BRAND = Symbol.for('@camio/error@1')

/** Every `code` that core and the transports of this repository raise. A plugin may add its own `ERR_CAMIO_...`. */
export type CamioErrorCode =
  | 'ERR_CAMIO_BAD_URI'
  | 'ERR_CAMIO_UNKNOWN_SCHEME'
  | 'ERR_CAMIO_UNKNOWN_OPTION'
  | 'ERR_CAMIO_BAD_OPTION'
  | 'ERR_CAMIO_BAD_DRIVER'
  | 'ERR_CAMIO_NO_CANDIDATE'
  | 'ERR_CAMIO_SCHEME_TAKEN'
  | 'ERR_CAMIO_UNSUPPORTED'
  | 'ERR_CAMIO_UNAVAILABLE'
  | 'ERR_CAMIO_NOT_READABLE'
  | 'ERR_CAMIO_NOT_WRITABLE'
  | 'ERR_CAMIO_MISUSE'
  | 'ERR_CAMIO_TOO_LARGE'
  | 'ERR_CAMIO_CLOSED'
  | 'ERR_CAMIO_ENDED'
  | 'ERR_CAMIO_PEER_LOST'
  | 'ERR_CAMIO_CORRUPT'
  | 'ERR_CAMIO_FRAME'
  | 'ERR_CAMIO_NOT_FOUND'
  | 'ERR_CAMIO_EXISTS'
  | 'ERR_CAMIO_NO_PERMISSION'
  | 'ERR_CAMIO_IS_DIRECTORY'
  | 'ERR_CAMIO_NO_SPACE'
  | 'ERR_CAMIO_REFUSED'
  | 'ERR_CAMIO_RESET'
  | 'ERR_CAMIO_TIMEOUT'
  | 'ERR_CAMIO_ADDRESS'
  | 'ERR_CAMIO_ADDRESS_IN_USE'
  | 'ERR_CAMIO_TOO_MANY_FILES'
  | 'ERR_CAMIO_TLS'
  | 'ERR_CAMIO_TRUNCATED'
  | 'ERR_CAMIO_SYSTEM'
  | (string & {})

export interface CamioErrorInit {
  /** The stream, or the part of the URI, that the error is about. Secrets never stand in a URI, so it may be logged. */
  uri?: string
  /** The system's error number, positive as in errno(3). */
  errno?: number
  /** The system call that failed. */
  syscall?: string
  cause?: unknown
  /** Characters of the message that are kept; 1000 by default. */
  longest?: number
}

export class CamioError extends Error {
  override readonly name = 'CamioError'
  readonly code: CamioErrorCode
  readonly uri?: string
  readonly errno?: number
  readonly syscall?: string

  constructor(code: CamioErrorCode, message: string, init: CamioErrorInit = {}) {
    super(shorten(message, init.longest ?? 1000), init.cause === undefined ? undefined : { cause: init.cause })
    this.code = code
    if (init.uri !== undefined) this.uri = shorten(init.uri)
    if (init.errno !== undefined) this.errno = init.errno
    if (init.syscall !== undefined) this.syscall = init.syscall
    Object.defineProperty(this, BRAND, { value: true })
  }
}

export function isCamioError(value: unknown, code?: CamioErrorCode): value is CamioError {
  if (typeof value !== 'object' || value === null || !(BRAND in value)) return false
  return code === undefined || (value as unknown as CamioError).code === code
}

/** Long input is quoted by its beginning: an error about a 1 MiB URI is not itself 1 MiB. */
export function shorten(text: string, length = 200): string {
  return text.length <= length ? text : `${text.slice(0, length)}... (${text.length} characters)`
}

/** Any value in an error message: short, and without running code of the value's own that may throw. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? typeof value
    : shorten(String(value), 60)
}

/** errno name -> the code that says what happened, for the errors a program can act on. */
const BY_ERRNO_NAME: Record<string, CamioErrorCode> = {
  ENOENT: 'ERR_CAMIO_NOT_FOUND',
  ENOTDIR: 'ERR_CAMIO_NOT_FOUND',
  ENXIO: 'ERR_CAMIO_NOT_FOUND',
  EEXIST: 'ERR_CAMIO_EXISTS',
  EACCES: 'ERR_CAMIO_NO_PERMISSION',
  EPERM: 'ERR_CAMIO_NO_PERMISSION',
  EROFS: 'ERR_CAMIO_NO_PERMISSION',
  EISDIR: 'ERR_CAMIO_IS_DIRECTORY',
  ENOSPC: 'ERR_CAMIO_NO_SPACE',
  EDQUOT: 'ERR_CAMIO_NO_SPACE',
  EFBIG: 'ERR_CAMIO_NO_SPACE',
  ECONNREFUSED: 'ERR_CAMIO_REFUSED',
  ECONNRESET: 'ERR_CAMIO_RESET',
  ECONNABORTED: 'ERR_CAMIO_RESET',
  EPIPE: 'ERR_CAMIO_RESET',
  ETIMEDOUT: 'ERR_CAMIO_TIMEOUT',
  EADDRINUSE: 'ERR_CAMIO_ADDRESS_IN_USE',
  EADDRNOTAVAIL: 'ERR_CAMIO_ADDRESS',
  ENOTFOUND: 'ERR_CAMIO_ADDRESS',
  EAI_AGAIN: 'ERR_CAMIO_ADDRESS',
  EHOSTUNREACH: 'ERR_CAMIO_ADDRESS',
  ENETUNREACH: 'ERR_CAMIO_ADDRESS',
  // The only memory of ours that can be lost is that of a file which shrank: what was written came from its mapping.
  EFAULT: 'ERR_CAMIO_TRUNCATED',
  EMFILE: 'ERR_CAMIO_TOO_MANY_FILES',
  ENFILE: 'ERR_CAMIO_TOO_MANY_FILES',
}

/** The shape of what `node:fs`, `node:net` and our native parts throw. */
interface SystemErrorLike {
  code?: string
  errno?: number
  syscall?: string
  message?: string
}

/**
 * Wraps a system error once, at the edge. A CamioError passes through unchanged.
 * @param what what was tried, as the sentence's beginning: `cannot open`
 */
export function fromSystemError(error: unknown, uri: string, what: string): CamioError {
  if (isCamioError(error)) return error
  const e = (error ?? {}) as SystemErrorLike
  const flag = missingFlag(error)
  const code = flag === null ? (BY_ERRNO_NAME[e.code ?? ''] ?? 'ERR_CAMIO_SYSTEM') : 'ERR_CAMIO_NO_PERMISSION'
  const why = flag === null ? (e.message ?? show(error)) : `node runs with --permission and without ${flag}`
  const init: CamioErrorInit = { uri, cause: error }
  if (typeof e.errno === 'number') init.errno = Math.abs(e.errno)
  if (typeof e.syscall === 'string') init.syscall = e.syscall
  return new CamioError(code, `${what} ${shorten(uri)}: ${why}`, init)
}

/** What a native part's answer `-errno` means, as `node:fs` would throw it; {@link fromSystemError} takes it from there. */
export function systemError(errno: number, syscall: string): Error {
  const status = -Math.abs(errno)
  const [code, meaning] = getSystemErrorMap().get(status) ?? [`E${-status}`, 'unknown error']
  return Object.assign(new Error(`${code}: ${meaning}, ${syscall}`), { code, errno: status, syscall })
}
