/** The native engine of one thread: its binding, its dispatcher, and what is made of them. */
import { Dispatcher } from '@camio/core/spi'
import type { Binding } from './binding.js'
import { loadBinding } from './binding.js'

export interface NativeSockets {
  readonly binding: Binding
  readonly dispatcher: Dispatcher
}

let sockets: NativeSockets | undefined

/** Call it only where `loadBinding` found a binding. @throws a system error when epoll cannot be had */
export function nativeSockets(): NativeSockets {
  if (sockets === undefined) {
    const binding = loadBinding().binding!
    sockets = { binding, dispatcher: new Dispatcher(binding) }
  }
  return sockets
}
