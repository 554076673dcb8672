/** What runs the sockets: the native engine, or node:dgram behind the same contract. */
import { type Availability, CamioError } from '@camio/core/spi'
import { native } from './native/binding.js'
import { NativeEngine } from './native/engine.js'
import { NodeEngine } from './node/engine.js'
import type { SocketPlan, UdpTarget } from './plan.js'
import type { Port, PortOwner } from './port.js'

export interface Engine {
  readonly name: 'native' | 'node'
  /** Copies of a message between a stream's claim and the system. */
  readonly writeCopies: number
  /** @throws a system error, a CamioError; nothing is left behind */
  open(target: UdpTarget, plan: SocketPlan, owner: PortOwner): Port | Promise<Port>
}

/** @throws `ERR_CAMIO_UNAVAILABLE` when the native engine is asked for by name and cannot be had */
export function engineFor({ options, uri }: UdpTarget): Engine {
  if (options.engine === 'node') return new NodeEngine()
  const { binding, reason } = native.loaded
  if (binding !== null) return new NativeEngine(native.socketsFor(uri))
  if (options.engine === 'auto') return new NodeEngine()
  throw new CamioError('ERR_CAMIO_UNAVAILABLE', `${uri}: engine=native is not available: ${reason}`, { uri })
}

/** The engine that `auto` takes here. */
export function defaultEngine(): 'native' | 'node' {
  return native.loaded.binding === null ? 'node' : 'native'
}

export function available(): Availability {
  const { binding, reason } = native.loaded
  if (binding !== null) return { ok: true, engine: 'native' }
  return { ok: true, engine: 'node', reason: `runs on node:dgram: ${reason}` }
}
