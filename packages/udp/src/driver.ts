/** `udp://host:port` */
import { hostPortUri } from '@camio/core/net'
import { DRIVER_ABI, defineDriver, type Listener, type Stream } from '@camio/core/spi'
import { available, defaultEngine, type Engine, engineFor } from './engine.js'
import { datagramFeatures, MODES } from './features.js'
import { UdpListener } from './listener.js'
import { nameOf } from './name.js'
import { udpOptions } from './options.js'
import { Outbox } from './outbox.js'
import { plansToListen, plansToOpen, type SocketPlan, type UdpTarget } from './plan.js'
import type { Port } from './port.js'
import { Ownership, SocketStream } from './socket-stream.js'
import type { Route } from './stream.js'

export const driver = defineDriver({
  abi: DRIVER_ABI,
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

  async open(target): Promise<Stream> {
    const engine = engineFor(target)
    return firstThatWorks(await plansToOpen(target), target.signal, (plan) => openStream(target, engine, plan))
  },

  async listen(target): Promise<Listener> {
    const engine = engineFor(target)
    return firstThatWorks(await plansToListen(target), target.signal, (plan) => UdpListener.open(target, engine, plan))
  },
})

/** Without a connection to wait for, a plan works or fails at once. @throws the first plan's error */
async function firstThatWorks<T extends { close(): Promise<void> }>(
  plans: readonly SocketPlan[],
  signal: AbortSignal | undefined,
  attempt: (plan: SocketPlan) => Promise<T>,
): Promise<T> {
  let failure: unknown
  for (const plan of plans) {
    signal?.throwIfAborted()
    try {
      return await attempt(plan)
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
