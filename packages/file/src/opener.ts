/** From a URI's path to a descriptor. Nothing here waits for a peer without giving the thread back. */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, type Stats, statSync } from 'node:fs'
import { CamioError, type KernelEnd, type Mode } from '@camio/core/spi'

export interface Opened {
  readonly fd: number
  readonly stats: Stats
}

export interface OpenRequest {
  readonly path: string
  readonly uri: string
  readonly mode: Mode
  /** Of a new file, as in open(2). */
  readonly perm: number
  readonly offset: number
  /** Every write is durable when it returns. */
  readonly durable: boolean
  readonly signal: AbortSignal | undefined
}

const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = constants
/** Unknown on Windows. A pipe's or terminal's open and reads must not block; regular files do not care. */
export const CALM = (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)

const FLAGS: Record<Mode, number> = {
  r: O_RDONLY,
  w: O_WRONLY | O_CREAT,
  rw: O_RDWR | O_CREAT,
  a: O_WRONLY | O_CREAT | O_APPEND,
}

/** How soon it is looked again whether somebody reads a named pipe. */
const FIRST_LOOK_MS = 1
const LAST_LOOK_MS = 50

export async function openPath(request: OpenRequest): Promise<Opened> {
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LAST_LOOK_MS)) {
    const opened = tryOpen(request)
    if (opened !== null) return opened
    await pause(wait, request.signal)
  }
}

/** @returns `null` for a named pipe that is to be written and that nobody reads yet */
export function tryOpen(request: OpenRequest): Opened | null {
  const { path, mode, perm, offset, durable } = request
  const truncate = mode === 'w' && offset === 0 ? O_TRUNC : 0
  const flags = FLAGS[mode] | truncate | CALM | (durable ? (constants.O_DSYNC ?? 0) : 0)
  let fd: number
  try {
    fd = openSync(path, flags, perm)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO' && mode !== 'r' && isFifo(path)) return null
    throw error
  }
  try {
    return check(fd, request)
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function check(fd: number, { uri, mode, offset }: OpenRequest): Opened {
  const stats = fstatSync(fd)
  if (stats.isDirectory()) throw directoryError(uri)
  if (mode === 'w' && offset > 0 && stats.isFile()) ftruncateSync(fd, offset)
  return { fd, stats }
}

/** What a directory is answered with, however it was opened. */
export function directoryError(uri: string): CamioError {
  return new CamioError('ERR_CAMIO_IS_DIRECTORY', `${uri} is a directory`, { uri })
}

function isFifo(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    const { setTimeout: sleep } = process.getBuiltinModule('node:timers/promises')
    await sleep(ms, undefined, signal && { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

/** The kind that movers go by. */
export function kindOf(stats: Stats): KernelEnd['kind'] {
  if (stats.isFIFO()) return 'pipe'
  if (stats.isSocket()) return 'socket'
  return stats.isCharacterDevice() ? 'char' : 'file'
}

/** Is it read and written at positions, rather than as it comes? */
export function hasPositions(stats: Stats): boolean {
  return stats.isFile() || stats.isBlockDevice()
}
