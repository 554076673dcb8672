/** Who listens to which channel, and the server's words about it: pushes in RESP3, arrays out of turn in RESP2. */
import type { Exchange } from './exchange.js'
import type { Reply } from './reply.js'

/** `message` is a buffer of its own. A listener that throws ends the connection, as any handler does. */
export type MessageListener = (message: Buffer, channel: string) => void

export class Subscriptions {
  private readonly listeners = new Map<string, Set<MessageListener>>()
  /** What the server was told, and has not confirmed. */
  private unconfirmed = 0

  /** @param resp2 arrays are what comes out of turn while there are subscriptions */
  constructor(
    private readonly exchange: Exchange,
    private readonly resp2: boolean,
  ) {
    exchange.onPush = (items) => this.pushed(items)
  }

  /** @returns whether it is the channel's first listener: the server must be told */
  add(channel: string, listener: MessageListener): boolean {
    const present = this.listeners.get(channel)
    if (present === undefined) this.listeners.set(channel, new Set([listener]))
    else present.add(listener)
    return present === undefined
  }

  /** @param listener all of them by default @returns whether nobody listens to the channel any more: the server must be told */
  remove(channel: string, listener?: MessageListener): boolean {
    const present = this.listeners.get(channel)
    if (present === undefined) return false
    if (listener !== undefined) present.delete(listener)
    if (listener !== undefined && present.size > 0) return false
    // At once: whoever comes before the server confirms it must tell the server anew.
    this.listeners.delete(channel)
    return true
  }

  /** The server is told something, and will confirm it out of turn. */
  asked(): void {
    this.unconfirmed++
    this.tellExchange()
  }

  /** It confirmed it, or refused. */
  settled(): void {
    this.unconfirmed--
    this.tellExchange()
  }

  private pushed([kind, channel, payload]: readonly Reply[]): void {
    if (!Buffer.isBuffer(kind) || !Buffer.isBuffer(channel)) return
    const name = channel.toString()
    const word = kind.toString()
    if (word === 'message') this.deliver(name, payload ?? null)
    else if (word === 'subscribe' || word === 'unsubscribe') this.confirmed()
  }

  private deliver(channel: string, payload: Reply): void {
    if (!Buffer.isBuffer(payload)) return
    for (const listener of [...(this.listeners.get(channel) ?? [])]) listener(payload, channel)
  }

  /** Requests are answered in their order, so what is confirmed is what waits first. */
  private confirmed(): void {
    this.settled()
    this.exchange.next().reply(null)
  }

  private tellExchange(): void {
    const any = this.listeners.size > 0 || this.unconfirmed > 0
    this.exchange.listening = any
    this.exchange.arraysArePushes = any && this.resp2
  }
}
