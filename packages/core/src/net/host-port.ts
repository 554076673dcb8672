/** `host:port` in URIs, as every internet transport writes it. */
import { isIP } from 'node:net'
import { CamioError, shorten } from '../error.js'
import { encodeAddress } from '../uri/parse.js'

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
    const [scheme] = uri.split(':')
    throw badUri(
      uri,
      `does not say where: write host:port, as in ${scheme}://example.org:7000 or ${scheme}://[::1]:7000`,
    )
  }
  const host = match[1] ?? match[2]!
  if (/\s/.test(host)) throw badUri(uri, 'has white space in its host')
  return { host, port }
}

/** A `bind` option: an address, or address:port; IPv6 in brackets where a port follows. @throws `ERR_CAMIO_BAD_OPTION` */
export function parseLocal(text: string, uri: string): HostPort {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text)
  const host = match === null ? text : (match[1] ?? match[2]!)
  const port = Number(match?.[3] ?? 0)
  if (isIP(host) !== 0 && port <= 65_535) return { host, port }
  const message = `option "bind" in ${shorten(uri)} is "${shorten(text, 60)}", not an address such as 10.0.0.1, 10.0.0.1:7000 or [::1]:7000`
  throw new CamioError('ERR_CAMIO_BAD_OPTION', message, { uri })
}

/** @param scheme without its colon */
export function hostPortUri(scheme: string, { host, port }: HostPort): string {
  return `${scheme}://${encodeAddress(host.includes(':') ? `[${host}]` : host)}:${port}`
}

/** What is wrong with a URI's address, `why` completing "URI ...". */
export function badUri(uri: string, why: string): CamioError {
  return new CamioError('ERR_CAMIO_BAD_URI', `${shorten(uri)} ${why}`, { uri })
}
