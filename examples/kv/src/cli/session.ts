/** A connection that is made when it is needed, and anew after it broke: that is the caller's business, and this is the caller. */
import { parseCandidates } from '@camio/core'
import { type Client, connect, type Reply, ReplyError } from '../client/index.js'
import { password } from '../password.js'
import type { CliArguments } from './arguments.js'

export type MessageHandler = (channel: string, message: Buffer) => void

export class Session {
  private client: Client | null = null

  constructor(private readonly options: Pick<CliArguments, 'uri' | 'protocol'>) {}

  /** What it is connected to, as bound. */
  get uri(): string | null {
    return this.client?.uri ?? null
  }

  /** @throws what `connect` throws */
  async connect(): Promise<Client> {
    if (this.client !== null && this.client.exchange.error === null) return this.client
    const uris = parseCandidates(this.options.uri)
    const options = { password: password(), protocol: this.options.protocol }
    this.client = await connect(uris.length === 1 ? uris[0]! : uris, options)
    return this.client
  }

  /** @returns the server's answer, which may be an error @throws what broke the connection */
  async run(words: readonly Uint8Array[]): Promise<Reply> {
    const client = await this.connect()
    const [name, ...args] = words
    try {
      return await client.commandBytes(Buffer.from(name!).toString(), ...args)
    } catch (error) {
      if (error instanceof ReplyError) return error
      throw error
    }
  }

  /** Hands over messages until `signal` aborts. @throws what broke the connection */
  async listen(channels: readonly string[], handle: MessageHandler, signal: AbortSignal): Promise<void> {
    const client = await this.connect()
    await Promise.all(channels.map((channel) => client.subscribe(channel, (message, from) => handle(from, message))))
    await Promise.race([
      client.ended.then((error) => Promise.reject(error)),
      new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    ])
    await Promise.all(channels.map((channel) => client.unsubscribe(channel)))
  }

  async close(): Promise<void> {
    await this.client?.close()
    this.client = null
  }
}
