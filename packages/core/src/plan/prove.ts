/**
 * Is the server of this host the very one that another candidate would reach? Two facts prove it: the listener says that the other's
 * address is its sibling's, and the kernel says that the process which answered holds the socket at that address.
 * See docs/decisions/0030-same-server.md.
 */
import { CamioError } from '../error.js'
import type { Resolved } from '../resolve.js'
import type { Place } from './plan.js'

/**
 * @returns the token that the listener must have when the stream is opened
 * @throws `ERR_CAMIO_REFUSED` saying what could not be proven; what the drivers throw; the signal's reason
 */
export async function prove({ uri, resolved }: Place, others: readonly Place[], signal: AbortSignal): Promise<string> {
  const { driver, target } = resolved!
  const server = await driver.identify!({ ...target, signal })
  if (server === null)
    throw refused(uri, 'nobody listens there who also listens elsewhere: it is not the server of another candidate')
  for (const { resolved: other } of others) {
    signal.throwIfAborted()
    if (await other?.driver.reaches?.(withSignal(other, signal), server)) return server.advert.token
  }
  const names = others.map((other) => other.uri).join(', ')
  throw refused(uri, `is not known to be the server of ${names}`)
}

function withSignal({ target }: Resolved, signal: AbortSignal): Resolved['target'] {
  return { ...target, signal }
}

function refused(uri: string, why: string): CamioError {
  return new CamioError('ERR_CAMIO_REFUSED', `${uri}: ${why}`, { uri })
}
