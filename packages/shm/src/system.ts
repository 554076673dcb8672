/** What all `shm:` streams of one thread share: the native part, and the dispatcher of its events. */
import { CamioError, Dispatcher } from '@camio/core/spi'
import { type Binding, loadBinding } from './binding.js'

export interface System {
  readonly binding: Binding
  readonly dispatcher: Dispatcher
}

/** A program that polls finds messages by looking at the memory; the system is asked for arrivals and deaths alone. */
const POLL_EVERY = 64

let system: System | undefined

/** @throws `ERR_CAMIO_UNAVAILABLE` */
export function systemFor(uri: string): System {
  const { binding, reason } = loadBinding()
  if (binding === null) throw new CamioError('ERR_CAMIO_UNAVAILABLE', `${uri}: ${reason}`, { uri })
  system ??= { binding, dispatcher: new Dispatcher(binding, POLL_EVERY) }
  return system
}
