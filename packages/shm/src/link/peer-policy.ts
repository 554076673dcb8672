/** Which users may be at the other end. Abstract sockets have no permissions: each end asks the system who the other one is. */
import { CamioError } from '@camio/core/spi'
import type { System } from '../system.js'
import type { ShmTarget } from '../target.js'

/** May whoever has connected here? (`perm=`, `group=`) */
export function mayConnect({ binding }: System, { options }: ShmTarget, socket: number): boolean {
  if (options.perm === '0666' || binding.peerUid(socket) === process.geteuid!()) return true
  return options.perm === '0660' && binding.peerInGroup(socket, options.group ?? process.getegid!())
}

/** @throws `ERR_CAMIO_NO_PERMISSION`: the name belongs to somebody else (`owner=`) */
export function checkOwner({ binding }: System, { options, uri }: ShmTarget, socket: number): void {
  const { owner } = options
  if (owner === 'any') return
  const wanted = owner === 'same' ? process.geteuid!() : Number(owner)
  const uid = binding.peerUid(socket)
  if (uid === wanted) return
  const message = `${uri}: the name belongs to user ${uid}, not ${wanted} (owner=${owner})`
  throw new CamioError('ERR_CAMIO_NO_PERMISSION', message, { uri })
}
