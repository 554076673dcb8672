/** `node:NAME` and `web:NAME`: a `duct:` that goes through a stream of Node's, or of the Web, and back. */
import { listen, open, registry, type Stream } from '@camio/core'
import { fromNode, fromWeb, toDuplex, toWeb } from '@camio/core/adapters'
import { defineDriver, type Features, features, Listener, type OptionSchema, type Target } from '@camio/core/spi'
import './duct.js'

const WAYS = {
  node: (stream: Stream, options: object): Stream => fromNode(toDuplex(stream), options),
  web: (stream: Stream, options: object): Stream => fromWeb(toWeb(stream), options),
}

const FEATURES: Features = features({
  scope: 'process',
  acceptsMany: true,
  engine: 'node',
  copies: { read: 0, write: 1 },
})

type Way = keyof typeof WAYS

function through(way: Way, stream: Stream, target: Target<OptionSchema>): Stream {
  // Only whoever waits on the outer stream keeps the process: Node's and the Web's read ahead.
  stream.unref()
  const { uri, limits } = target.init(`${way}:${target.address}`, FEATURES)
  return WAYS[way](stream, { uri, ...limits })
}

/** The inner listener, whose streams come through. */
class AdaptedListener extends Listener {
  readonly uris: readonly string[]

  constructor(
    private readonly way: Way,
    private readonly inner: Listener,
    private readonly target: Target<OptionSchema>,
  ) {
    super()
    this.uris = [`${way}:${target.address}`]
  }

  protected acceptNext(): Stream | null {
    const stream = this.inner.tryAccept()
    return stream === null ? null : through(this.way, stream, this.target)
  }
  ready(interest: number): boolean {
    return this.inner.ready(interest)
  }
  arm(interest: number): boolean {
    return this.inner.watch(interest, this)
  }
  disarm(interest: number): void {
    this.inner.unwatch(interest, this)
  }
  notify(_source: unknown, interest: number): void {
    this.wake(interest)
  }
  ref(): this {
    this.inner.ref()
    return this
  }
  unref(): this {
    this.inner.unref()
    return this
  }
  protected shutDown(): Promise<void> {
    return this.inner.close()
  }
}

for (const way of ['node', 'web'] as const) {
  registry.register(
    defineDriver({
      abi: 1,
      scheme: way,
      id: 'camio-adapted',
      help: 'a duct through the adapters',
      addressForm: 'NAME',
      options: {},
      modes: ['rw'],
      features: FEATURES,
      available: () => ({ ok: true, engine: 'node' }),
      open: async (target) => through(way, await open(`duct:${way}-${target.address}`), target),
      listen: async (target) => new AdaptedListener(way, await listen(`duct:${way}-${target.address}`), target),
    }),
  )
}
