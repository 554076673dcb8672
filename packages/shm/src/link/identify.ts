/** Who has a name, without opening a stream there. */
import { isCamioError, type LocalServer } from '@camio/core/spi'
import type { ShmTarget } from '../target.js'
import { receiveAdvert } from './advert.js'
import { badMemory, converse } from './connect.js'
import { Kind } from './hello.js'

const WISH = { kinds: Kind.ADVERT, reads: false, writes: false, lent: null, otherKind: undefined } as const

/** @returns `null`: nobody, or somebody who listens nowhere else @throws what `connect` throws; the signal's reason */
export async function identify(target: ShmTarget): Promise<LocalServer | null> {
  const met = await ask(target)
  if (met === null) return null
  const { system, socket, hello } = met
  try {
    const pid = system.binding.peerPid(socket)
    const advert = receiveAdvert(system, hello)
    return advert === null || pid <= 0 ? null : { advert, pid }
  } catch (error) {
    throw badMemory(error, target)
  } finally {
    system.dispatcher.close(socket, false)
  }
}

async function ask(target: ShmTarget) {
  try {
    return await converse({ ...target, options: { ...target.options, waitFor: 0 }, expect: undefined }, WISH)
  } catch (error) {
    if (isCamioError(error, 'ERR_CAMIO_NOT_FOUND')) return null
    throw error
  }
}
