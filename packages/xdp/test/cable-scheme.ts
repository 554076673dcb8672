/**
 * A scheme for the conformance suite: what is listened for is one end of a cable between two streams of frames, what opens is the other
 * one. The transport says which streams these are.
 */
import { CamioError, type Mode, open, registry, type Stream } from '@camio/core'
import { type Driver, defineDriver, Interest, type Target, WaitingListener } from '@camio/core/spi'
import { CableLayer, cableFeatures } from './cable-layer.js'

export interface End {
  readonly uri: string
  readonly options?: Readonly<Record<string, unknown>>
}

export interface Cabling {
  /** Of the scheme that is made. */
  readonly scheme: string
  /** Whose streams the cables end in. */
  readonly beneath: string
  readonly addressForm: string
  /** Which cables an address has: so many streams can be opened to one listener at a time. */
  cables(address: string): readonly string[]
  ends(cable: string): { readonly near: End; readonly far: End }
}

/** Cables in use: each has one stream at either end. */
const taken = new Set<string>()

const listeners = new Map<string, CableListener>()

class CableListener extends WaitingListener {
  readonly uris: readonly string[]
  private readonly waiting: Stream[] = []

  constructor(
    private readonly target: Target,
    private readonly cabling: Cabling,
  ) {
    super()
    this.uris = [target.uri]
    listeners.set(target.uri, this)
  }

  async connect(target: Target): Promise<Stream> {
    const cable = this.cabling.cables(target.address).find((name) => !taken.has(name))
    if (cable === undefined) throw new Error('too few cables')
    taken.add(cable)
    const { near, far } = this.cabling.ends(cable)
    let ends = 2
    const closed = () => {
      if (--ends === 0) taken.delete(cable)
    }
    const there = await this.end(this.target, far, closed)
    const here = await this.end(target, near, closed)
    this.waiting.push(there)
    this.respond()
    return here
  }

  private async end(target: Target, { uri, options }: End, closed: () => void): Promise<Stream> {
    const inner = await open(uri, { ...options, mode: target.mode })
    const stream = new CableLayer(inner, target.init(target.uri, inner.features), target.uri)
    const close = inner.close.bind(inner)
    let closing: Promise<void> | null = null
    inner.close = (how) => {
      if (closing !== null && !how?.discard) return closing
      const first = closing === null
      closing = close(how)
      if (first) void closing.finally(closed).catch(() => {})
      return closing
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

export function registerCable(cabling: Cabling): void {
  const { features, available } = registry.driver(cabling.beneath)
  const driver: Driver = defineDriver({
    abi: 1,
    scheme: cabling.scheme,
    id: 'camio-cable',
    help: 'for tests',
    addressForm: cabling.addressForm,
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
      if (!listeners.has(target.uri)) return new CableListener(target, cabling)
      throw new CamioError('ERR_CAMIO_ADDRESS_IN_USE', `${target.uri} is taken`, { uri: target.uri })
    },
  })
  registry.register(driver)
}
