/** `tcp://host:port` */
import { addressesOf, firstOf, heldBy, listenOn, parseHostPort } from '@camio/core/net'
import { CamioError, Deadline, defineDriver, type Listener, type Stream, within } from '@camio/core/spi'
import { acceptOne } from '../accept-one.js'
import { available, engineFor, engineName, type TcpTarget } from '../engine.js'
import { MODES, socketFeatures, socketForecast } from '../features.js'
import { tcpOptions } from '../options.js'

export const tcpDriver = defineDriver({
  abi: 1,
  scheme: 'tcp',
  id: '@camio/tcp',
  help: 'a TCP connection',
  addressForm: '//host:port',
  options: tcpOptions,
  modes: MODES,
  get features() {
    return socketFeatures({ scheme: 'tcp', engine: engineName() })
  },
  available,
  forecast: ({ options, mode }) => socketForecast({ scheme: 'tcp', engine: engineName(options.engine) }, mode),

  async open(target): Promise<Stream> {
    if (target.options.listen) return acceptOne(await listen(target), target.signal)
    return connect(target)
  },
  listen,
  reaches: heldBy,
})

function connect(target: TcpTarget): Promise<Stream> {
  const { uri, options, signal } = target
  const place = parseHostPort(target.address, uri)
  if (place.host === '') throw new CamioError('ERR_CAMIO_BAD_URI', `${uri} has no host to connect to`, { uri })
  const engine = engineFor(options.engine, uri)
  return within(new Deadline(uri, 'not connected', options.connectTimeout, signal), async (deadline) => {
    const hosts = await addressesOf(place.host, deadline)
    const attempt = (host: string, stop: AbortSignal) =>
      engine.connectIp(target, { host, port: place.port }, place, stop)
    return firstOf(hosts, attempt, (late) => void late.close({ discard: true }), deadline)
  })
}

async function listen(target: TcpTarget): Promise<Listener> {
  const { uri, options, signal } = target
  const place = parseHostPort(target.address, uri)
  const engine = engineFor(options.engine, uri)
  return listenOn(place, signal, (hosts) => engine.listenIp(target, hosts, place.port))
}
