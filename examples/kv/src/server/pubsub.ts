/** Who hears which channel. */
import { toBytes } from '../resp/ascii.js'
import type { Client } from './client.js'

const MESSAGE = toBytes('message')

export class PubSub {
  private readonly channels = new Map<string, Set<Client>>()

  get size(): number {
    return this.channels.size
  }

  subscribe(client: Client, channel: string): void {
    client.channels ??= new Set()
    client.channels.add(channel)
    let hearers = this.channels.get(channel)
    if (hearers === undefined) this.channels.set(channel, (hearers = new Set()))
    hearers.add(client)
  }

  unsubscribe(client: Client, channel: string): void {
    client.channels?.delete(channel)
    const hearers = this.channels.get(channel)
    hearers?.delete(client)
    if (hearers?.size === 0) this.channels.delete(channel)
  }

  leave(client: Client): void {
    for (const channel of client.channels ?? []) this.unsubscribe(client, channel)
  }

  /** @returns how many were told */
  publish(channel: Uint8Array, name: string, message: Uint8Array): number {
    const hearers = this.channels.get(name)
    if (hearers === undefined) return 0
    for (const client of hearers) {
      const { reply } = client
      reply.push(3)
      reply.bulk(MESSAGE)
      reply.bulk(channel)
      reply.bulk(message)
      client.touched()
    }
    return hearers.size
  }
}
