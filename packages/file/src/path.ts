/** The file that a URI's address names. */
import { CamioError } from '@camio/core/spi'

/** `file:a`, `file:/a`, `file:///a` and `file://localhost/a` (RFC 8089). @throws `ERR_CAMIO_BAD_URI` */
export function pathOf(address: string, uri: string): string {
  const path = address.replace(/^\/\/(localhost)?(?=\/)/, '')
  if (path === '') throw bad(uri, 'has no path')
  if (path.startsWith('//')) throw bad(uri, 'names another host: a path has one or three slashes in front')
  return path
}

function bad(uri: string, why: string): CamioError {
  return new CamioError('ERR_CAMIO_BAD_URI', `${uri} ${why}`, { uri })
}
