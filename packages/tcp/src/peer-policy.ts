/** Which users may be at the other end of a unix socket (`uid=`). Abstract names have no permissions, so they need it. */
import { CamioError } from '@camio/core/spi'
import type { UnixTarget } from './engine.js'
import type { UnixName } from './unix-name.js'

export interface PeerPolicy {
  /** Must the peer's user be known? */
  readonly strict: boolean
  /** @returns the error, or `null` if that user is allowed */
  refuse(uid: number): CamioError | null
}

export function peerPolicy(target: UnixTarget, { abstract }: UnixName): PeerPolicy {
  const rule = target.options.uid ?? (abstract ? 'same' : 'any')
  const wanted = rule === 'same' ? process.geteuid!() : Number(rule)
  return {
    strict: rule !== 'any',
    refuse(uid) {
      if (rule === 'any' || uid === wanted) return null
      const message = `${target.uri}: the other end belongs to user ${uid}, not ${wanted} (uid=${rule})`
      return new CamioError('ERR_CAMIO_NO_PERMISSION', message, { uri: target.uri })
    },
  }
}
