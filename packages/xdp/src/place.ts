/** The address of a URI - an interface - and where it is. */
import { readFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { CamioError, fromSystemError, shorten } from '@camio/core/spi'
import type { Interface } from './binding.js'

/** IFNAMSIZ, without the NUL at the end. */
const NAME = 15
/** What stands for itself in a path. */
const NAME_ONLY = /^(?!\.)[^/\s:\0]+$/

/** @throws `ERR_CAMIO_BAD_URI` */
export function interfaceName({ address, uri }: { address: string; uri: string }): string {
  if (address.length > 0 && Buffer.byteLength(address) <= NAME && !/[/\s:\0]/.test(address)) return address
  const message = `${shorten(uri)}: "${shorten(address, 40)}" is no interface's name, such as eth0`
  throw new CamioError('ERR_CAMIO_BAD_URI', message, { uri })
}

/** Of an interface of this namespace; `undefined`: not known before it is opened. */
export function mtuOf(name: string, netns: string | undefined): number | undefined {
  if (netns !== undefined || !NAME_ONLY.test(name)) return undefined
  try {
    return Number(readFileSync(`/sys/class/net/${name}/mtu`, 'latin1')) || undefined
  } catch {
    return undefined
  }
}

/** The `netns` option as a path, or nothing. @throws `ERR_CAMIO_BAD_OPTION` */
export function namespacePath(netns: string | undefined, uri: string): string {
  if (netns === undefined) return ''
  if (isAbsolute(netns) && !netns.includes('\0')) return netns
  if (netns !== '' && !/[/\0]/.test(netns) && netns !== '.' && netns !== '..') return `/run/netns/${netns}`
  const message = `option "netns" in ${shorten(uri)} is "${shorten(netns, 60)}", neither a name nor an absolute path`
  throw new CamioError('ERR_CAMIO_BAD_OPTION', message, { uri })
}

/** ARPHRD_ETHER and ARPHRD_LOOPBACK: what has a header of 14 bytes. */
const ETHERNET = new Set([1, 772])

/** @throws `ERR_CAMIO_UNSUPPORTED` */
export function checkKind({ kind }: Interface, uri: string): void {
  if (ETHERNET.has(kind)) return
  const message = `${uri} is no Ethernet interface (link type ${kind}): its frames have no header that this scheme knows`
  throw new CamioError('ERR_CAMIO_UNSUPPORTED', message, { uri })
}

/** What opening failed with, so that it says what to do. */
export function openFailure(error: unknown, uri: string, capability: string): CamioError {
  const { code, syscall } = error as { code?: string; syscall?: string }
  const wrapped = fromSystemError(error, uri, 'cannot open')
  const again = (as: string, why: string) => {
    const { errno } = wrapped
    const system = { ...(errno !== undefined && { errno }), ...(syscall !== undefined && { syscall }) }
    return new CamioError(as, `${uri}: ${why} (${code}, ${syscall})`, { uri, cause: error, ...system })
  }
  if (syscall === 'open(netns)') return again(wrapped.code, 'the network namespace cannot be opened')
  if (syscall === 'setns') return again(wrapped.code, 'the network namespace cannot be entered: needs CAP_SYS_ADMIN')
  if (code === 'ENODEV') return again('ERR_CAMIO_NOT_FOUND', 'there is no such interface')
  if (code === 'EPERM' || code === 'EACCES') return again('ERR_CAMIO_NO_PERMISSION', `needs ${capability}`)
  if (code === 'EAFNOSUPPORT' || code === 'ENOPROTOOPT')
    return again('ERR_CAMIO_UNAVAILABLE', 'this kernel cannot do that')
  return wrapped
}
