/** `ws://host:port/path` and `wss://host:port/path`, on the library `ws`. */
import { listenOn } from '@camio/core/net'
import { CamioError, Deadline, defineDriver, type Listener, type Stream, within } from '@camio/core/spi'
import type { ClientOptions } from 'ws'
import { connect } from './connect.js'
import { credentials } from './credentials.js'
import { wsFeatures } from './features.js'
import { OFFER } from './half-close.js'
import { listenWs, listenWss } from './listen.js'
import { type WssTarget, type WsTarget, wsOptions, wssOptions } from './options.js'
import { type Place, parsePlace, placeUri, requestUrl, type Scheme } from './place.js'
import { WsStream } from './stream.js'

const COMMON = {
  abi: 1,
  id: 'camio-ws',
  addressForm: '//host:port/path',
  modes: ['rw'],
  available: () => ({ ok: true, engine: 'node' }),
} as const

export const wsDriver = defineDriver({
  ...COMMON,
  scheme: 'ws',
  help: 'messages over a WebSocket',
  options: wsOptions,
  features: wsFeatures('ws', 'client'),
  open: (target) => (target.options.listen ? acceptOne(listen(target), target.signal) : dial('ws', target, {})),
  listen,
})

export const wssDriver = defineDriver({
  ...COMMON,
  scheme: 'wss',
  help: 'messages over an encrypted WebSocket; the server’s certificate is verified',
  options: wssOptions,
  features: wsFeatures('wss', 'client'),
  open: async (target) =>
    target.options.listen
      ? acceptOne(listenTls(target), target.signal)
      : dial('wss', target, await credentials(target)),
  listen: listenTls,
})

async function dial(scheme: Scheme, target: WsTarget, tls: ClientOptions): Promise<Stream> {
  const { uri, options, signal } = target
  const place = parsePlace(scheme, target.address, uri)
  if (place.host === '') throw new CamioError('ERR_CAMIO_BAD_URI', `${uri} has no host to connect to`, { uri })
  const init = target.init(placeUri(scheme, place), wsFeatures(scheme, 'client'))
  const request = {
    uri,
    url: requestUrl(scheme, place),
    protocols: options.protocol?.split(',') ?? [],
    options: {
      ...tls,
      perMessageDeflate: false,
      maxPayload: init.limits.maxMessage,
      headers: { ...options.headers, ...(!options.text && OFFER) },
    },
  }
  const deadline = new Deadline(uri, 'not connected', options.connectTimeout, signal)
  return new WsStream(init, await within(deadline, (stop) => connect(request, stop)), options)
}

function listen(target: WsTarget): Promise<Listener> {
  const place = parsePlace('ws', target.address, target.uri)
  return listenOn(place, target.signal, (hosts) => listenWs('ws', target, place, hosts))
}

function listenTls(target: WssTarget): Promise<Listener> {
  const place: Place = parsePlace('wss', target.address, target.uri)
  return listenOn(place, target.signal, (hosts) => listenWss(target, place, hosts))
}

/** `open` with `listen=1`: one peer, then no more. */
async function acceptOne(listening: Promise<Listener>, signal: AbortSignal | undefined): Promise<Stream> {
  const listener = await listening
  try {
    return await listener.accept({ signal })
  } finally {
    await listener.close()
  }
}
