/** `file:PATH`: regular files, named pipes, terminals and devices. */
import { closeSync } from 'node:fs'
import {
  CamioError,
  defineDriver,
  type Forecast,
  fromSystemError,
  type Mode,
  type Stream,
  systemError,
  type Target,
} from '@camio/core/spi'
import { type Binding, chooseEngine, How, loadBinding } from './binding.js'
import { errno } from './errno.js'
import { featuresOf } from './features.js'
import { NativeIo, nodeIo } from './file-io.js'
import { Follower } from './follower.js'
import { forecastOf, look } from './forecast.js'
import { hasPositions, kindOf, type Opened, type OpenRequest, openPath, tryOpen } from './opener.js'
import { fileOptions } from './options.js'
import { pathOf } from './path.js'
import { RegularStream } from './regular-stream.js'
import { openUnpositioned } from './unpositioned.js'

type FileTarget = Target<typeof fileOptions>

export const fileDriver = defineDriver({
  abi: 1,
  scheme: 'file',
  id: '@camio/file',
  help: 'regular files, named pipes, terminals and devices',
  addressForm: 'PATH',
  options: fileOptions,
  modes: ['r', 'w', 'rw', 'a'],
  features: featuresOf('rw', true, 'native'),
  available: engineAvailable,
  forecast,
  open,
})

/** Something always works; which engine, and why not the native one. */
export function engineAvailable(): { ok: true; engine: string; reason?: string } {
  const { binding, reason } = loadBinding()
  return binding === null ? { ok: true, engine: 'node', reason: reason! } : { ok: true, engine: 'native' }
}

function forecast({ address, uri, mode, options }: FileTarget): Forecast {
  const made = forecastOf(look(address, uri), { mode, engine: options.engine, seekable: true })
  // A mover goes to the end, and what is followed has none.
  return options.follow ? { ...made, kernel: null } : made
}

function open(target: FileTarget): Stream | Promise<Stream> {
  const request = requestOf(target)
  const binding = chooseEngine(target.options.engine, target.uri)
  const opened = tryOpen(request)
  if (opened !== null) return streamOf(target, request, opened, binding)
  return openPath(request).then((later) => streamOf(target, request, later, binding))
}

function requestOf({ address, uri, mode, options, signal }: FileTarget): OpenRequest {
  if (options.follow) refuse(uri, mode === 'r', 'follow', 'is for mode=r')
  if (options.length !== undefined) refuse(uri, mode !== 'w' && mode !== 'a', 'length', 'is for reading')
  if (options.lock) refuse(uri, mode !== 'w', 'lock', 'is not for mode=w, which empties the file before')
  if (options.offset > 0) refuse(uri, mode !== 'a', 'offset', 'is not for mode=a, which writes at the end')
  const perm = Number.parseInt(options.perm, 8)
  const { offset } = options
  return { path: pathOf(address, uri), uri, mode, perm, offset, durable: options.fsync === 'always', signal }
}

function refuse(uri: string, good: boolean, name: string, why: string): void {
  if (!good) throw new CamioError('ERR_CAMIO_BAD_OPTION', `option "${name}" in ${uri} ${why}`, { uri })
}

function streamOf(
  target: FileTarget,
  request: OpenRequest,
  opened: Opened,
  binding: Binding | null,
): Stream | Promise<Stream> {
  const { fd, stats } = opened
  try {
    if (target.options.lock) lock(fd, target.uri, binding)
    if (hasPositions(stats)) return regular(target, request, opened, binding)
    checkUnpositioned(target)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  const { mode, uri, init } = target
  return openUnpositioned({ fd, stats, how: How.PLAIN, owned: true, mode, uri, init }, binding)
}

function regular(
  { uri, mode, init, options }: FileTarget,
  { path }: OpenRequest,
  opened: Opened,
  binding: Binding | null,
) {
  const { fd, stats } = opened
  // Files of /proc and /sys say that they are empty: the kernel makes them up when they are read.
  const memory = stats.isFile() && stats.size === 0
  return new RegularStream(init(uri, featuresOf(mode, true, engineName(binding))), {
    fd,
    kind: kindOf(stats),
    io: binding === null ? nodeIo : new NativeIo(binding, memory),
    owned: true,
    offset: startOf(mode, options.offset, stats.size),
    length: options.length ?? Infinity,
    append: mode === 'a',
    syncAtEnd: options.fsync === 'end',
    follower: options.follow ? new Follower(fd, path) : null,
  })
}

/** Until the descriptor is closed. @throws `ERR_CAMIO_ADDRESS_IN_USE` where somebody else has it */
function lock(fd: number, uri: string, binding: Binding | null): void {
  if (binding === null)
    throw new CamioError('ERR_CAMIO_UNAVAILABLE', `option "lock" in ${uri} needs the native engine`, { uri })
  const answer = binding.lock(fd)
  if (answer === 0) return
  if (answer !== -errno().EWOULDBLOCK) throw fromSystemError(systemError(answer, 'flock'), uri, 'cannot lock')
  throw new CamioError('ERR_CAMIO_ADDRESS_IN_USE', `${uri} is locked by somebody else`, { uri })
}

/** An appending stream begins, as far as its `position` knows, at the end. */
function startOf(mode: Mode, offset: number, size: number): number {
  return mode === 'a' ? size : offset
}

export function engineName(binding: Binding | null): string {
  return binding === null ? 'node' : 'native'
}

/** What only files with positions have. */
function checkUnpositioned({ uri, options }: FileTarget): void {
  const positioned = options.offset === 0 && options.length === undefined
  refuse(uri, positioned, options.offset > 0 ? 'offset' : 'length', 'needs a regular file')
  refuse(uri, !options.follow, 'follow', 'needs a regular file: a pipe is followed in any case')
}
