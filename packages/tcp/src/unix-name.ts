/** What stands behind `unix:` in a URI, and how it is written. */
import { badUri } from '@camio/core/net'
import { encodeAddress } from '@camio/core/spi'

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
