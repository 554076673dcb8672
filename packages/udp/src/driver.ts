/** `udp://host:port` */
import { hostPortUri } from '@camio/core/net'
import { type Address, DRIVER_ABI, defineDriver, type Listener, type Stream } from '@camio/core/spi'
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
  const { options, mode } = target
  const uri = hostPortUri(
    'udp',
    plan.named === null ? port.local : { ...plan.named, port: plan.named.port || port.local.port },
  )
  const features = datagramFeatures({
    engine: engine.name,
    mode,
    writeCopies: engine.writeCopies,
    group: plan.group !== null,
  })
  const peer: Address | null = plan.remote
  const parts = { port, route: routeOf(plan, port), peer, strict: options.unreachable === 'fail' }
  owner.stream = new SocketStream(target.init(uri, features), parts)
  return owner.stream
}

function routeOf({ remote, home }: SocketPlan, { largest, local }: Port): Route {
  const shared = { largest, ipv4: !local.host.includes(':') }
  if (remote !== null) return { ...shared, outbox: new Outbox(), home: -1, only: nameOf(remote) }
  return { ...shared, outbox: new Outbox(home && nameOf(home)), home: home && 0, only: null }
}
