/** The client's side of TLS. */
import { isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect, createSecureContext, type TLSSocket } from 'node:tls'
import { addressesOf, firstOf, type HostPort, hostPortUri } from '@camio/core/net'
import type { Stream } from '@camio/core/spi'
import { socketFeatures } from '../features.js'
import { connectSocket } from '../node/connect.js'
import { ipOptions } from '../node/engine.js'
import { TlsClientStream } from './client-stream.js'
import { credentials, type TlsTarget, usable } from './credentials.js'
import { tlsFailure } from './failure.js'

/** @throws `ERR_CAMIO_TLS` that says which check failed; what connecting throws; the signal's reason */
export async function connectTls(target: TlsTarget, place: HostPort, signal: AbortSignal): Promise<Stream> {
  const { options, uri } = target
  const own = await credentials(target)
  const secureContext = usable(uri, () => createSecureContext(own))
  const hosts = await addressesOf(place.host, signal)
  const attempt = (host: string, stop: AbortSignal) =>
    connectSocket(ipOptions(target, { host, port: place.port }), stop)
  const socket = await firstOf(hosts, attempt, (late) => late.destroy(), signal)
  const name = options.servername ?? (isIP(place.host) === 0 ? place.host : undefined)
  const secure = await handshake(socket, uri, signal, {
    secureContext,
    // What the certificate is checked against where there is no name to ask for.
    host: place.host,
    ...(name !== undefined && { servername: name }),
    ...(options.alpn !== undefined && { ALPNProtocols: options.alpn.split(',') }),
    rejectUnauthorized: options.verify,
  })
  const features = socketFeatures({ scheme: 'tls', engine: 'node' }, target.mode)
  return new TlsClientStream(target.init(hostPortUri('tls', place), features), secure, socket)
}

function handshake(socket: Socket, uri: string, signal: AbortSignal, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secure = connect({ ...options, socket, allowHalfOpen: true } as ConnectionOptions)
    const settle = () => {
      signal.removeEventListener('abort', aborted)
      secure.off('error', broken)
      secure.off('close', closed)
    }
    const failed = (error: unknown) => {
      settle()
      secure.on('error', () => {})
      secure.destroy()
      socket.destroy()
      reject(error)
    }
    const broken = (error: Error) => failed(tlsFailure(error, uri, 'cannot open'))
    const closed = () => broken(Object.assign(new Error('the connection closed'), { code: 'ECONNRESET' }))
    const aborted = () => failed(signal.reason)
    secure.once('error', broken)
    secure.once('close', closed)
    secure.once('secureConnect', () => {
      settle()
      secure.pause()
      resolve(secure)
    })
    signal.addEventListener('abort', aborted)
    if (signal.aborted) aborted()
  })
}
