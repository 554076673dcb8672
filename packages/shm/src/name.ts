/** What stands behind `shm:` in a URI, and the socket's name that becomes of it. */
import { CamioError, encodeAddress } from '@camio/core/spi'

const PREFIX = 'camio-shm/'
/** `sun_path` of unix(7), less the NUL that begins an abstract name, and the prefix. */
const LONGEST_NAME = 107 - PREFIX.length

export interface ShmName {
  /** In Linux's abstract namespace. */
  readonly socket: string
  /** As bound: without options. */
  readonly uri: string
}

/** @throws `ERR_CAMIO_BAD_URI` */
export function parseName(address: string, uri: string): ShmName {
  const bad = (why: string) => new CamioError('ERR_CAMIO_BAD_URI', `the URI "${uri}" ${why}`, { uri })
  if (address === '') throw bad('has no name: write shm:NAME')
  const length = Buffer.byteLength(address)
  if (length > LONGEST_NAME) throw bad(`has a name of ${length} bytes; ${LONGEST_NAME} is the most`)
  return { socket: PREFIX + address, uri: `shm:${encodeAddress(address)}` }
}
