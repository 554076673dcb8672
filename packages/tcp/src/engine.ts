/** What runs the sockets: the native engine, or node:net behind the same contract. */
import type { HostPort } from '@camio/core/net'
import { type Availability, CamioError, type Listener, type Stream, type Target } from '@camio/core/spi'
import { native } from './native/binding.js'
import { NativeEngine } from './native/engine.js'
import { NodeEngine } from './node/engine.js'
import type { tcpOptions, unixOptions } from './options.js'
import type { UnixName } from './unix-name.js'

export type TcpTarget = Target<typeof tcpOptions>
export type UnixTarget = Target<typeof unixOptions>

export interface Engine {
  readonly name: 'native' | 'node'
  /**
   * One attempt. @param place with a numeric host
   * @param named what the stream's URI says
   */
  connectIp(target: TcpTarget, place: HostPort, named: HostPort, signal: AbortSignal): Promise<Stream>
  /** @param hosts numeric; all get the same port */
  listenIp(target: TcpTarget, hosts: readonly string[], port: number): Listener | Promise<Listener>
  connectUnix(target: UnixTarget, name: UnixName, signal: AbortSignal): Promise<Stream>
  listenUnix(target: UnixTarget, name: UnixName): Listener | Promise<Listener>
}

export type EngineChoice = 'auto' | 'native' | 'node'

/** @throws `ERR_CAMIO_UNAVAILABLE` when the native engine is asked for by name and cannot be had */
export function engineFor(choice: EngineChoice, uri: string): Engine {
  if (choice === 'node') return new NodeEngine()
  const { binding, reason } = native.loaded
  if (binding !== null) return new NativeEngine(native.socketsFor(uri))
  if (choice === 'auto') return new NodeEngine()
  throw new CamioError('ERR_CAMIO_UNAVAILABLE', `${uri}: engine=native is not available: ${reason}`, { uri })
}

/** The engine that would run. */
export function engineName(choice: EngineChoice = 'auto'): 'native' | 'node' {
  return choice === 'node' || native.loaded.binding === null ? 'node' : 'native'
}

export function available(): Availability {
  const { binding, reason } = native.loaded
  if (binding !== null) return { ok: true, engine: 'native' }
  return { ok: true, engine: 'node', reason: `runs on node:net: ${reason}` }
}
