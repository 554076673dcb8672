/** SUBSCRIBE, UNSUBSCRIBE, PUBLISH. */
import { toBytes, toText } from '../resp/ascii.js'
import type { Command, Context } from './context.js'

const SUBSCRIBE = toBytes('subscribe')
const UNSUBSCRIBE = toBytes('unsubscribe')

function subscribe({ request, reply, client, pubsub }: Context): void {
  if (!client.listens) {
    reply.error('ERR SUBSCRIBE needs a stream: a datagram has one answer and no more')
    return
  }
  for (let i = 1; i < request.count; i++) {
    const channel = request.text(i)
    pubsub.subscribe(client, channel)
    tell(reply, SUBSCRIBE, request.copy(i), client.channels!.size)
  }
}

function unsubscribe({ request, reply, client, pubsub }: Context): void {
  const channels =
    request.count > 1
      ? Array.from({ length: request.count - 1 }, (_, i) => request.text(i + 1))
      : [...(client.channels ?? [])]
  for (const channel of channels) {
    pubsub.unsubscribe(client, channel)
    tell(reply, UNSUBSCRIBE, toBytes(channel), client.channels?.size ?? 0)
  }
  if (channels.length === 0) tell(reply, UNSUBSCRIBE, null, 0)
}

function tell(reply: Context['reply'], what: Uint8Array, channel: Uint8Array | null, count: number): void {
  reply.push(3)
  reply.bulk(what)
  if (channel === null) reply.null()
  else reply.bulk(channel)
  reply.integer(count)
}

function publish({ request, reply, pubsub }: Context): void {
  const channel = request.copy(1)
  // Hearers may be slow: what waits for them must not be the lease.
  reply.integer(pubsub.publish(channel, toText(channel), request.copy(2)))
}

const NONE = [0, 0, 0] as const

export const channels: readonly Command[] = [
  { name: 'subscribe', arity: -2, flags: ['pubsub'], keys: NONE, run: subscribe },
  { name: 'unsubscribe', arity: -1, flags: ['pubsub'], keys: NONE, run: unsubscribe },
  { name: 'publish', arity: 3, flags: ['fast'], keys: NONE, run: publish },
]
