/** What opening failed with, so that it says what to do. */

import { getSystemErrorName } from 'node:util'
import { Corrupt } from '@camio/core/link'
import { CamioError, fromSystemError } from '@camio/core/spi'
import { type Interface, native } from './binding.js'
import type { PortName } from './name.js'

const DEVICE = '/dev/netmap'
const INSTEAD = 'xdp: needs no module'

/** Why nothing can be opened here, or `null`. */
export function unavailable(): string | null {
  const { binding, reason } = native.loaded
  if (binding === null) return reason!
  const errno = binding.mayOpen()
  return errno === 0 ? null : deviceFailure(getSystemErrorName(-errno))
}

function deviceFailure(code: string): string {
  if (code === 'ENOENT' || code === 'ENXIO' || code === 'ENODEV') {
    return `there is no ${DEVICE}: the kernel module netmap is not loaded (${INSTEAD})`
  }
  if (code === 'EACCES' || code === 'EPERM')
    return `${DEVICE} may not be opened: needs root, or an owner given by udev (${INSTEAD})`
  return `${DEVICE} cannot be opened: ${code} (${INSTEAD})`
}

export function openFailure(error: unknown, uri: string, name: PortName): CamioError {
  const { code = '', syscall } = error as { code?: string; syscall?: string }
  const wrapped = fromSystemError(error, uri, 'cannot open')
  const again = (as: string, why: string) => {
    const { errno } = wrapped
    const system = { ...(errno !== undefined && { errno }), ...(syscall !== undefined && { syscall }) }
    return new CamioError(as, `${uri}: ${why}`, { uri, cause: error, ...system })
  }
  if (syscall === 'open(/dev/netmap)') {
    const permission = code === 'EACCES' || code === 'EPERM'
    return again(permission ? 'ERR_CAMIO_NO_PERMISSION' : unavailableCode(code, wrapped), deviceFailure(code))
  }
  const known = REASONS[code]?.(name)
  return known === undefined ? wrapped : again(known[0], `${known[1]} (${code}, ${syscall})`)
}

/** Running out of descriptors is no want of netmap. */
function unavailableCode(code: string, wrapped: CamioError): string {
  return code === 'EMFILE' || code === 'ENFILE' ? wrapped.code : 'ERR_CAMIO_UNAVAILABLE'
}

const PIPE_NAME = 'netmap knows no interface of the pipe’s name, and can make none: it has 15 characters at most'

/** Errors of registering and mapping. */
const REASONS: Readonly<Record<string, (name: PortName) => readonly [code: string, why: string]>> = {
  ENXIO: ({ kind }) => ['ERR_CAMIO_NOT_FOUND', kind === 'pipe' ? PIPE_NAME : 'netmap knows no such interface'],
  ENODEV: () => ['ERR_CAMIO_NOT_FOUND', 'there is no such interface'],
  EBUSY: () => ['ERR_CAMIO_ADDRESS_IN_USE', 'the port is taken: it, or this stream, is to be exclusive ("/x")'],
  ENOMEM: () => [
    'ERR_CAMIO_NO_SPACE',
    'netmap’s memory is used up: see its module’s parameters (buf_num, ring_num, ...)',
  ],
  EOPNOTSUPP: () => ['ERR_CAMIO_UNSUPPORTED', 'the port was opened with offsets in its buffers'],
  ENOTSUP: () => ['ERR_CAMIO_UNSUPPORTED', 'the port was opened with offsets in its buffers'],
  EIO: () => ['ERR_CAMIO_UNSUPPORTED', 'the port wants virtio-net headers'],
  EFBIG: () => ['ERR_CAMIO_UNSUPPORTED', 'netmap’s memory is larger than 2 GiB'],
  EBADMSG: () => ['ERR_CAMIO_CORRUPT', 'what stands in netmap’s memory makes no sense'],
  EINVAL: ({ kind }) => ['ERR_CAMIO_BAD_OPTION', refused(kind)],
}

function refused(kind: PortName['kind']): string {
  const common = 'the kernel refuses it: no such ring or memory, slots or rings out of range'
  return kind === 'card' ? `${common}, or an MTU that is larger than a buffer` : common
}

/** ARPHRD_ETHER and ARPHRD_LOOPBACK: what has a header of 14 bytes. */
const ETHERNET = new Set([1, 772])

/** @throws `ERR_CAMIO_UNSUPPORTED` */
export function checkKind({ kind }: Interface, uri: string): void {
  if (ETHERNET.has(kind)) return
  const message = `${uri} is no Ethernet interface (link type ${kind}): its frames have no header that this scheme knows`
  throw new CamioError('ERR_CAMIO_UNSUPPORTED', message, { uri })
}

/** Numbers in the memory that make no sense are the stream's error from the beginning. */
export function checkMemory<T>(uri: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (!(error instanceof Corrupt)) throw error
    throw new CamioError('ERR_CAMIO_CORRUPT', `${uri}: ${error.message}`, { uri, cause: error })
  }
}

export function withoutRings(uri: string): CamioError {
  return new CamioError('ERR_CAMIO_UNSUPPORTED', `${uri}: the port has no rings for that`, { uri })
}

export function tooLarge(mtu: number, most: number, uri: string): CamioError {
  const message = `option "mtu" in ${uri} is ${mtu}: this port's frames go up to ${most}`
  return new CamioError('ERR_CAMIO_BAD_OPTION', message, { uri })
}
