/** `udp://host:port` */
import { addressesOf, hostPortUri, listenOn, parseHostPort } from '@camio/core/net'
import { defineDriver, type Listener, type Stream } from '@camio/core/spi'
import { available, defaultEngine, type Engine, engineFor } from './engine.js'
import { datagramFeatures, MODES } from './features.js'
import { forecast } from './forecast.js'
import { UdpListener } from './listener.js'
import { nameOf } from './name.js'
import { udpOptions } from './options.js'
import { Outbox } from './outbox.js'
import { bindOf, planToListen, planToOpen, type SocketPlan, type UdpTarget } from './plan.js'
import type { Port } from './port.js'
import { Ownership, SocketStream } from './socket-stream.js'
import type { Route } from './stream.js'

export const driver = defineDriver({
  abi: 1,
  scheme: 'udp',
  id: '@camio/udp',
  help: 'datagrams: to one peer, from anybody, to a multicast group',
  addressForm: '//host:port',
  options: udpOptions,
  modes: MODES,
  get features() {
    const engine = defaultEngine()
    return datagramFeatures({ engine, writeCopies: engine === 'node' ? 1 : 0 })
  },
  available,
  forecast,

  async open(target): Promise<Stream> {
    const engine = engineFor(target)
    const place = parseHostPort(target.address, target.uri)
    const open = (host: string) => openStream(target, engine, planToOpen(target, place, host))
    if (place.host !== '') return firstThatWorks(await hostsOf(target, place.host), target.signal, open)
    return listenOn({ host: bindOf(target)?.host ?? '', port: place.port }, target.signal, ([host]) => open(host!))
  },

  async listen(target): Promise<Listener> {
    const engine = engineFor(target)
    const place = parseHostPort(target.address, target.uri)
    return listenOn(place, target.signal, ([host]) =>
      UdpListener.open(target, engine, planToListen(target, { host: host!, port: place.port })),
    )
  },
})

function hostsOf({ signal }: UdpTarget, host: string): Promise<string[]> {
  return addressesOf(host, signal ?? new AbortController().signal)
}

/** Without a connection to wait for, an address works or fails at once. @throws the first one's error */
async function firstThatWorks<T>(
  hosts: readonly string[],
  signal: AbortSignal | undefined,
  attempt: (host: string) => Promise<T>,
): Promise<T> {
  let failure: unknown
  for (const host of hosts) {
    signal?.throwIfAborted()
    try {
      return await attempt(host)
    } catch (error) {
      failure ??= error
    }
  }
  throw failure
}

async function openStream(target: UdpTarget, engine: Engine, plan: SocketPlan): Promise<Stream> {
  const owner = new Ownership()
  const port = await engine.open(target, plan, owner)
  try {
    owner.stream = streamOver(port, target, engine, plan)
    return owner.stream
  } catch (error) {
    port.close()
    throw error
  }
}

function streamOver(port: Port, target: UdpTarget, { name, writeCopies }: Engine, plan: SocketPlan): SocketStream {
  const { options, mode } = target
  const place = plan.named ?? port.local
  const uri = hostPortUri('udp', { host: place.host, port: place.port || port.local.port })
  const features = datagramFeatures({ engine: name, mode, writeCopies, group: plan.group !== null })
  const parts = { port, route: routeOf(plan, port), peer: plan.remote, strict: options.unreachable === 'fail' }
  return new SocketStream(target.init(uri, features), parts)
}

function routeOf({ remote, home }: SocketPlan, { largest, local }: Port): Route {
  const shared = { largest, ipv4: !local.host.includes(':') }
  if (remote !== null) return { ...shared, outbox: new Outbox(), home: -1, only: nameOf(remote) }
  return { ...shared, outbox: new Outbox(home && nameOf(home)), home: home && 0, only: null }
}
