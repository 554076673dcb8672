/** `//host:port/path`: where a URI of this package points. */
import { badUri, type HostPort, parseHostPort } from '@camio/core/net'
import { encodeAddress } from '@camio/core/spi'

export type Scheme = 'ws' | 'wss'

export interface Place extends HostPort {
  /** Begins with a slash; with the query of the request, if there is one. */
  readonly path: string
}

const PORTS = { ws: 80, wss: 443 } as const

/**
 * The question mark of a URI begins camio's options; one that the server shall see is written `%3F`.
 * @throws `ERR_CAMIO_BAD_URI`
 */
export function parsePlace(scheme: Scheme, address: string, uri: string): Place {
  const [, authority = '', rest = ''] = /^\/\/([^/?]*)(.*)$/s.exec(address) ?? []
  // Not quoted: it may be a password.
  if (authority.includes('@')) throw badUri(`${scheme}:`, 'takes no user in its URI: use the option "headers"')
  const hasPort = /:\d*$/.test(authority) && !authority.endsWith(']')
  const place = parseHostPort(hasPort || authority === '' ? authority : `${authority}:${PORTS[scheme]}`, uri)
  return { ...place, path: rest.startsWith('/') ? rest : `/${rest}` }
}

/** The URI of a place, as core writes it. */
export function placeUri(scheme: Scheme, { host, port, path }: Place): string {
  return `${scheme}://${encodeAddress(bracketed(host))}:${port}${encodeAddress(path)}`
}

/** The same for the library `ws`, which wants what RFC 6455, section 3, allows: no fragment. */
export function requestUrl(scheme: Scheme, { host, port, path }: Place): URL {
  return new URL(path.replaceAll('#', '%23'), `${scheme}://${bracketed(host)}:${port}`)
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
