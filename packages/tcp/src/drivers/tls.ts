/** `tls://host:port`, on node:tls. */
import { heldBy, listenOn, parseHostPort } from '@camio/core/net'
import { CamioError, Deadline, defineDriver, type Listener, type Stream, within } from '@camio/core/spi'
import { acceptOne } from '../accept-one.js'
import { MODES, socketFeatures, socketForecast } from '../features.js'
import { tlsOptions } from '../options.js'
import { connectTls } from '../tls/connect.js'
import type { TlsTarget } from '../tls/credentials.js'
import { listenTls } from '../tls/listen.js'

export const tlsDriver = defineDriver({
  abi: 1,
  scheme: 'tls',
  id: '@camio/tcp',
  help: 'an encrypted connection; certificates are verified unless verify=0',
  addressForm: '//host:port',
  options: tlsOptions,
  modes: MODES,
  features: socketFeatures({ scheme: 'tls', engine: 'node' }),
  available: () => ({ ok: true, engine: 'node' }),
  forecast: ({ mode }) => socketForecast({ scheme: 'tls', engine: 'node' }, mode),

  async open(target): Promise<Stream> {
    if (target.options.listen) return acceptOne(await listen(target), target.signal)
    const { uri, options, signal } = target
    const place = parseHostPort(target.address, uri)
    if (place.host === '') throw new CamioError('ERR_CAMIO_BAD_URI', `${uri} has no host to connect to`, { uri })
    const deadline = new Deadline(uri, 'not connected', options.connectTimeout, signal)
    return within(deadline, (stop) => connectTls(target, place, stop))
  },
  listen,
  reaches: heldBy,
})

async function listen(target: TlsTarget): Promise<Listener> {
  const place = parseHostPort(target.address, target.uri)
  return listenOn(place, target.signal, (hosts) => listenTls(target, hosts, place.port))
}
