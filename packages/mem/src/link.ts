/** Makes the two ends of a stream from what opener and acceptor asked for. */
import { CamioError, type Features, features, type OptionValues, type Target } from '@camio/core/spi'
import type { memOptions } from './options.js'
import { Queue } from './queue.js'
import { MemStream } from './stream.js'

type MemTarget = Target<typeof memOptions>

/** What is the same for every stream of this transport. */
export const MEM_FEATURES: Features = features({
  framing: 'messages',
  scope: 'process',
  mtu: 2 ** 30,
  acceptsMany: true,
})

/** Before it is known what the other side wants. */
export function featuresOf(mode: MemTarget['mode']): Features {
  return features({ ...MEM_FEATURES, readable: mode !== 'w', writable: mode !== 'r' })
}

/** One side's wishes: its mode, its limits and how its streams are called. */
export interface Acceptor extends Pick<MemTarget, 'mode' | 'init'> {
  readonly uri: string
  readonly options: OptionValues<typeof memOptions>
}

/** @throws `ERR_CAMIO_REFUSED` when neither side would read what the other writes */
export function link(opener: Acceptor, acceptor: Acceptor): { near: MemStream; far: MemStream } {
  const there = writes(opener) && reads(acceptor)
  const back = writes(acceptor) && reads(opener)
  if (!there && !back) {
    const message = `${opener.uri}: opened with mode=${opener.mode}, but its listener has mode=${acceptor.mode}`
    throw new CamioError('ERR_CAMIO_REFUSED', message, { uri: opener.uri })
  }
  // Each end's options bound what waits to be read there.
  const outward = there ? new Queue(acceptor.options) : noQueue()
  const inward = back ? new Queue(opener.options) : noQueue()
  const near = end(opener, acceptor, inward, outward)
  const far = end(acceptor, opener, outward, inward)
  near.peer = far
  far.peer = near
  return { near, far }
}

function end(own: Acceptor, peer: Acceptor, incoming: Queue, outgoing: Queue): MemStream {
  const { limits } = own.init(own.uri, MEM_FEATURES)
  const maxClaim = Math.min(limits.maxMessage, peer.options.capacity)
  const differences = { readable: !incoming.abandoned, writable: !outgoing.abandoned, mtu: maxClaim }
  const init = own.init(own.uri, features({ ...MEM_FEATURES, ...differences }))
  return new MemStream(init, { incoming, outgoing }, maxClaim)
}

/** A direction that nobody wants. */
function noQueue(): Queue {
  const queue = new Queue({ capacity: 0, messages: 0 })
  queue.ended = queue.abandoned = true
  return queue
}

function reads({ mode }: Acceptor): boolean {
  return mode !== 'w'
}

function writes({ mode }: Acceptor): boolean {
  return mode !== 'r'
}
