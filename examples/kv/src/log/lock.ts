/**
 * Two servers must not write one log. The lock is the kernel's, and ends with the process, however that ends; the file that it is on
 * stays and means nothing.
 */
import { CamioError, fileUri, isCamioError, open, type Stream } from '@camio/core'

/** @returns what holds it until it is closed; `null` where `file:` has no locks @throws `ERR_CAMIO_ADDRESS_IN_USE` */
export async function lock(path: string): Promise<Stream | null> {
  const uri = fileUri(`${path}.lock`)
  try {
    return await open(uri, { mode: 'a', lock: true })
  } catch (error) {
    if (isCamioError(error, 'ERR_CAMIO_UNAVAILABLE')) return null
    if (!isCamioError(error, 'ERR_CAMIO_ADDRESS_IN_USE')) throw error
    throw new CamioError('ERR_CAMIO_ADDRESS_IN_USE', `${path} is the log of another server, which runs`, { uri })
  }
}
