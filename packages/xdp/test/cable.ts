/**
 * `cable-packet:` and `cable-xdp:`, for the conformance suite: what is listened for is one end of a cable between two network
 * namespaces, what opens is the other one. An address is `A/B/FIRST/NAME`: the namespaces, the number of the first interface, a name
 * of its own.
 */
import '@camio/xdp'
import { CamioError, type Mode, open, registry, type Stream } from '@camio/core'
import { type Driver, defineDriver, Interest, type Target, WaitingListener } from '@camio/core/spi'
import { CableLayer, cableFeatures } from './cable-layer.js'

/** Interfaces of an address: so many streams can be opened to one listener at a time. */
export const CABLES = 5

type Scheme = 'packet' | 'xdp'

/** Cables in use, by namespaces and number: one stream has a queue of `xdp:`. */
const taken = new Set<string>()

const listeners = new Map<string, CableListener>()

class CableListener extends WaitingListener {
  readonly uris: readonly string[]
  private readonly waiting: Stream[] = []

  constructor(
    private readonly target: Target,
    private readonly beneath: Scheme,
  ) {
    super()
    this.uris = [target.uri]
    listeners.set(target.uri, this)
  }

  async connect(target: Target): Promise<Stream> {
    const [a, b, first] = target.address.split('/')
    let index = Number(first)
    while (taken.has(`${a}/${b}/${index}`)) index++
    if (index >= Number(first) + CABLES) throw new Error('too few cables')
    const key = `${a}/${b}/${index}`
    taken.add(key)
    const far = await this.end(this.target, b!, index, () => {})
    const near = await this.end(target, a!, index, () => taken.delete(key))
    this.waiting.push(far)
    this.respond()
    return near
  }

  private async end(target: Target, netns: string, index: number, closed: () => void): Promise<Stream> {
    const inner = await open(`${this.beneath}:camio${index}`, { netns, mode: target.mode })
    const stream = new CableLayer(inner, target.init(target.uri, inner.features), target.uri)
    const close = inner.close.bind(inner)
    inner.close = async (options) => {
      await close(options)
      closed()
    }
    return stream
  }

  protected acceptNext(): Stream | null {
    return this.waiting.shift() ?? null
  }
  ready(interest: number): boolean {
    return interest === Interest.READ && this.waiting.length > 0
  }
  protected async shutDown(): Promise<void> {
    listeners.delete(this.uri)
    this.keepAlive.clear()
    for (const stream of this.waiting) await stream.close({ discard: true })
  }
}

const MODES: readonly [Mode] = ['rw']

function cable(beneath: Scheme): Driver {
  const { features, available } = registry.driver(beneath)
  return defineDriver({
    abi: 1,
    scheme: `cable-${beneath}`,
    id: 'camio-cable',
    help: 'for tests',
    addressForm: 'A/B/FIRST/NAME',
    options: {},
    modes: MODES,
    features: cableFeatures(features),
    available,
    open(target) {
      const listener = listeners.get(target.uri)
      if (listener !== undefined) return listener.connect(target)
      throw new CamioError('ERR_CAMIO_NOT_FOUND', `nobody listens on ${target.uri}`, { uri: target.uri })
    },
    listen(target) {
      if (!listeners.has(target.uri)) return new CableListener(target, beneath)
      throw new CamioError('ERR_CAMIO_ADDRESS_IN_USE', `${target.uri} is taken`, { uri: target.uri })
    },
  })
}

registry.register(cable('packet'))
registry.register(cable('xdp'))
