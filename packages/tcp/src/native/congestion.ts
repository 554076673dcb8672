/** What `congestion=` asks of the system, and what it means when the system refuses. */
import { CamioError } from '@camio/core/spi'
import type { TcpTarget } from '../engine.js'

const SYSCALL = 'setsockopt(TCP_CONGESTION)'

/** Between two ends on this host nothing is to be paced: a memory copy has no bandwidth to be found out. */
export const unpacedHere = ({ congestion }: TcpTarget['options']): boolean => congestion === 'auto'

/** The name for the binding; empty leaves the system's. */
const congestionName = ({ congestion }: TcpTarget['options']): string =>
  congestion === 'auto' || congestion === 'system' ? '' : congestion

/** Runs `make`; a name that the system refuses is the option's error and not a missing file's (ENOENT). */
export function withCongestion<T>({ uri, options }: TcpTarget, make: (name: string) => T): T {
  try {
    return make(congestionName(options))
  } catch (error) {
    const { syscall, errno } = error as NodeJS.ErrnoException
    if (syscall !== SYSCALL) throw error
    const why = 'this system has no such algorithm, or does not let this user choose it'
    throw new CamioError('ERR_CAMIO_UNAVAILABLE', `${uri}: congestion=${options.congestion}: ${why}`, {
      uri,
      errno: Math.abs(errno ?? 0),
      syscall: SYSCALL,
      cause: error,
    })
  }
}
