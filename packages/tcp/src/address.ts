/** What stands behind `tcp:`, `tls:` and `unix:` in a URI, and how it is written. */
import { isIP } from 'node:net'
import { CamioError, encodeAddress, shorten } from '@camio/core/spi'

export interface HostPort {
  /** A name or a number; without brackets. Empty: every address of this host. */
  readonly host: string
  readonly port: number
}

/** `[//]host:port`, `[//][ipv6]:port`. @throws `ERR_CAMIO_BAD_URI` */
export function parseHostPort(address: string, uri: string): HostPort {
  const match = /^(?:\/\/)?(?:\[([^\]]*)\]|([^:/[\]]*)):(\d{1,5})$/.exec(address)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) {
    throw badUri(uri, 'does not say where: write host:port, as in tcp://example.org:7000 or tcp://[::1]:7000')
  }
  const host = match[1] ?? match[2]!
  if (/\s/.test(host)) throw badUri(uri, 'has white space in its host')
  return { host, port }
}

/** The `bind` option: an address, or address:port; IPv6 in brackets where a port follows. @throws `ERR_CAMIO_BAD_OPTION` */
export function parseLocal(text: string, uri: string): HostPort {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text)
  const host = match === null ? text : (match[1] ?? match[2]!)
  const port = Number(match?.[3] ?? 0)
  if (isIP(host) !== 0 && port <= 65_535) return { host, port }
  const message = `option "bind" in ${shorten(uri)} is "${shorten(text, 60)}", not an address such as 10.0.0.1, 10.0.0.1:7000 or [::1]:7000`
  throw new CamioError('ERR_CAMIO_BAD_OPTION', message, { uri })
}

/** @param scheme `tcp` or `tls` */
export function hostPortUri(scheme: string, { host, port }: HostPort): string {
  return `${scheme}://${encodeAddress(host.includes(':') ? `[${host}]` : host)}:${port}`
}

export interface UnixName {
  readonly name: string
  /** A name of Linux's abstract namespace (unix(7)), not a path. */
  readonly abstract: boolean
}

/** `sun_path` of unix(7), less the NUL that ends a path or begins an abstract name. */
const LONGEST_NAME = 107

/** A path, or `@name`. @throws `ERR_CAMIO_BAD_URI` */
export function parseUnixName(address: string, uri: string): UnixName {
  const abstract = address.startsWith('@')
  const name = abstract ? address.slice(1) : address
  if (name === '') throw badUri(uri, 'has no name: write unix:/path/of/socket or unix:@name')
  const length = Buffer.byteLength(name)
  if (length > LONGEST_NAME)
    throw badUri(uri, `has a name of ${length} bytes; a unix socket's has ${LONGEST_NAME} at most`)
  return { name, abstract }
}

export function unixUri({ name, abstract }: UnixName): string {
  return `unix:${abstract ? '@' : ''}${encodeAddress(name)}`
}

function badUri(uri: string, why: string): CamioError {
  return new CamioError('ERR_CAMIO_BAD_URI', `${shorten(uri)} ${why}`, { uri })
}
