/**
 * The server: listeners and clients of all transports under one selector, one handler for them all.
 *
 * A turn serves whoever is ready, then sends what was said: one flush a turn. Nothing here makes a promise or a closure per request.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import {
  CamioError,
  isCamioError,
  type Listener,
  listen,
  parseUri,
  registry,
  type Selectable,
  Selector,
  type Stream,
} from '@camio/core'
import type { ServerFacts } from '../commands/context.js'
import { Executor } from '../commands/executor.js'
import { Log } from '../log/log.js'
import { realPath } from '../log/path.js'
import { type RequestLimits, RequestParser, strangerLimits } from '../resp/request-parser.js'
import { Store } from '../store/store.js'
import type { Client } from './client.js'
import { DatagramClient } from './datagram-client.js'
import { configOf, infoText } from './facts.js'
import { asksPassword, checkReach } from './protection.js'
import { PubSub } from './pubsub.js'
import type { AnyClient, Held, Service } from './service.js'
import { DEFAULTS, LARGEST_REQUEST, LARGEST_VALUE, type Settings } from './settings.js'
import { StreamClient, type Watched } from './stream-client.js'

/** How often expired keys, idle and slow clients are looked for, in milliseconds. */
const TICK = 100
/** Milliseconds of a tick that taking away expired keys may take. */
const SWEEP = 10
/** Clients that are accepted before others have their turn. */
const ACCEPTS = 64
/** Where clients always have something ready nobody sleeps: the event loop gets its turn after so many milliseconds. */
const BREATH = 5
/** Looks of a server that spins, for one at the clock; and turns in which somebody was served, for one at the clock. */
const LOOKS = 64
const TURNS = 16
/** How long a listener rests that has no descriptors left, in milliseconds. */
const REST = 100
const MOST_ARGUMENTS = 1024 * 1024
const FULL = Buffer.from('-ERR max number of clients reached\r\n')

/** Tells people what happened; standard error by default. */
export type Report = (line: string) => void

export interface ServerOptions extends Partial<Settings> {
  readonly report?: Report
}

/**
 * Listens, after what the log tells of is there again.
 * @throws what `listen` and the log's `open` throw; `ERR_CAMIO_NO_PERMISSION` for an address that others reach, without a password;
 *   `ERR_CAMIO_ADDRESS_IN_USE` for what another server has; `ERR_CAMIO_BAD_OPTION`
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { report = (line) => console.error(line), ...given } = options
  const settings: Settings = { ...DEFAULTS, ...given }
  if (settings.maxRequest > LARGEST_REQUEST)
    throw new CamioError(
      'ERR_CAMIO_BAD_OPTION',
      `a request of ${settings.maxRequest} bytes: ${LARGEST_REQUEST} at most`,
    )
  if (settings.protected && settings.password === null) checkReach(settings.listen)
  const server = new Server(settings, report)
  await server.start()
  return server
}

export class Server implements Service, ServerFacts {
  readonly parser = new RequestParser()
  readonly store = new Store()
  readonly config: ReadonlyMap<string, string>
  readonly largestValue: number
  readonly largestEntry: number
  now = Date.now()
  heldBytes = 0
  private readonly selector = new Selector()
  private readonly pubsub = new PubSub()
  private readonly executor: Executor
  private readonly everybody = new Map<Selectable, AnyClient>()
  private readonly listeners = new Map<Selectable, Listener>()
  private readonly dirty: StreamClient[] = []
  private readonly limits: RequestLimits
  private readonly strangers: RequestLimits
  private readonly secret: Buffer | null
  private log: Log<Held> | null = null
  private timer: NodeJS.Timeout | undefined
  private nextId = 1
  private copiesOfGone = 0
  private received = 0
  private readonly startedAt = Date.now()
  private running: Promise<void> = Promise.resolve()
  private closing: Promise<void> | null = null
  private stopped = false

  constructor(
    private readonly settings: Settings,
    private readonly report: Report,
  ) {
    this.config = configOf(settings)
    this.largestValue = Math.min(LARGEST_VALUE, settings.maxRequest)
    this.largestEntry = settings.maxRequest
    this.limits = {
      arguments: MOST_ARGUMENTS,
      bulk: this.largestValue,
      request: settings.maxRequest,
      adjective: 'invalid',
    }
    this.strangers = strangerLimits(this.limits)
    this.secret = settings.password === null ? null : digest(Buffer.from(settings.password))
    const context = { store: this.store, pubsub: this.pubsub, server: this, request: this.parser.request }
    this.executor = new Executor(
      context,
      { most: settings.maxmemory, evict: settings.evict },
      () => this.log?.failed ?? null,
    )
  }

  // ---------------------------------------------------------------------------------------------------- its life

  async start(): Promise<void> {
    try {
      await this.openLog()
      await this.listen()
    } catch (error) {
      await this.close()
      throw error
    }
    this.timer = setInterval(() => this.tick(), TICK)
    this.running = this.run()
  }

  private async openLog(): Promise<void> {
    const { store, fsync, repair, compactFrom } = this.settings
    if (store === undefined) return
    const path = realPath(parseUri(store).address)
    const { log, replayed } = await Log.open<Held>({ path, fsync, repair, compactFrom }, this.store, {
      durable: (held) => this.goOn(held, (one) => one.release()),
      lost: (held) => this.goOn(held, (one) => one.abandon()),
      failed: (error) =>
        this.report(`the log cannot be written any more, and nothing can be changed: ${error.message}`),
    })
    this.log = log
    if (replayed.cut !== null) this.report(replayed.cut)
    if (replayed.records > 0) this.report(`${path}: ${replayed.records} records, ${this.store.size} keys`)
  }

  /** Streams of one kind, datagrams of another: each under one listener, so that a client can find the nearest of ours. */
  private async listen(): Promise<void> {
    const streams = this.settings.listen.filter((uri) => !isDatagrams(uri))
    const datagrams = this.settings.listen.filter(isDatagrams)
    if (streams.length > 0) this.add(await listen(streams, { framing: 'bytes' }))
    if (datagrams.length > 0) this.add(await listen(datagrams))
  }

  private add(listener: Listener): void {
    this.listeners.set(listener, listener)
    this.selector.add(listener)
  }

  /** As bound. */
  get uris(): readonly string[] {
    return [...this.listeners.values()].flatMap((listener) => listener.uris)
  }

  /** Stops to listen, lets everybody go with what was said to them, and closes the log. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.closeOnce()
    return this.closing
  }

  private async closeOnce(): Promise<void> {
    this.stopped = true
    clearInterval(this.timer)
    this.selector.close()
    await this.running
    const leaving = [...this.everybody.values()].map(({ stream }) => stream.close())
    this.everybody.clear()
    await Promise.allSettled([...leaving, ...[...this.listeners.values()].map((listener) => listener.close())])
    await this.log?.close()
  }

  /** Settles when the server was closed. */
  get done(): Promise<void> {
    return this.running
  }

  private async run(): Promise<void> {
    const { wait } = this.settings
    let breathed = this.now
    while (!this.stopped) {
      if (wait === 'spin') {
        this.spin()
        await turn()
        continue
      }
      if (this.now - breathed >= BREATH) {
        await turn()
        breathed = Date.now()
      }
      let ready: readonly Selectable[]
      try {
        ready = await this.selector.wait({ wait })
      } catch (error) {
        if (this.stopped) return
        throw error
      }
      this.readClock()
      this.serveAll(ready)
    }
  }

  /** Looks again and again, without a promise a turn, until the event loop must have its turn. */
  private spin(): void {
    const { selector } = this
    const end = performance.now() + BREATH
    do {
      this.readClock()
      for (let looks = 0, turns = 0; looks < LOOKS && turns < TURNS; looks++) {
        const ready = selector.poll()
        if (ready.length === 0) continue
        this.serveAll(ready)
        turns++
      }
    } while (performance.now() < end)
  }

  private readClock(): void {
    this.now = this.store.now = Date.now()
  }

  private serveAll(ready: readonly Selectable[]): void {
    for (let i = 0; i < ready.length; i++) this.serve(ready[i]!)
    this.endTurn()
  }

  /** A turn of those who waited for the log. */
  private goOn(held: readonly Held[], how: (one: Held) => void): void {
    if (this.stopped) return
    this.now = this.store.now = Date.now()
    for (const one of held) {
      try {
        how(one)
      } catch (error) {
        this.letGo(one.client, error)
      }
    }
    this.endTurn()
  }

  private serve(source: Selectable): void {
    const client = this.everybody.get(source)
    if (client !== undefined) {
      this.guarded(client)
      return
    }
    const listener = this.listeners.get(source)
    if (listener !== undefined) this.accept(listener)
  }

  private guarded(client: AnyClient): void {
    try {
      client.serve()
    } catch (error) {
      this.letGo(client, error)
    }
  }

  private letGo(client: AnyClient, error: unknown): void {
    this.drop(client)
    if (!isCamioError(error)) this.report(`client ${client.id} was let go: ${(error as Error).stack}`)
  }

  private endTurn(): void {
    this.log?.commit()
    const { dirty } = this
    // Emptying an array costs as much as a request is parsed in.
    if (dirty.length === 0) return
    for (let i = 0; i < dirty.length; i++) {
      const client = dirty[i]!
      client.dirty = false
      if (client.gone) continue
      client.settle()
      if (client.pending > this.settings.outputLimit.soft) this.checkSlow(client)
    }
    dirty.length = 0
  }

  private tick(): void {
    this.readClock()
    this.store.sweep(SWEEP)
    const { timeout } = this.settings
    for (const client of this.everybody.values()) {
      if (client instanceof StreamClient) this.checkSlow(client)
      const idle = timeout > 0 && this.now - client.heard > timeout && client.channels === null
      if (idle && !client.gone) this.drop(client)
    }
    this.endTurn()
  }

  /** A client that subscribed and does not read what it is told. */
  private checkSlow(client: StreamClient): void {
    const { hard, soft, softTime } = this.settings.outputLimit
    if (client.channels === null || client.pending <= soft) {
      client.slowSince = 0
      return
    }
    if (client.slowSince === 0) client.slowSince = this.now
    if (client.pending > hard || this.now - client.slowSince > softTime) {
      this.report(
        `client ${client.id} does not read what it subscribed to: let go with ${client.pending} bytes waiting`,
      )
      this.drop(client)
    }
  }

  // ---------------------------------------------------------------------------------------------------- clients come and go

  private accept(listener: Listener): void {
    for (let i = 0; i < ACCEPTS; i++) {
      let stream: Stream | null
      try {
        stream = listener.tryAccept()
      } catch (error) {
        this.rest(listener, error as CamioError)
        return
      }
      if (stream === null) return
      this.welcome(stream)
    }
  }

  /** There are no descriptors, for instance: those who wait go on waiting. */
  private rest(listener: Listener, error: CamioError): void {
    this.report(`cannot accept: ${error.message}`)
    this.selector.delete(listener)
    setTimeout(() => {
      if (!this.stopped) this.selector.add(listener)
    }, REST)
  }

  private welcome(stream: Stream): void {
    this.received++
    const datagrams = !stream.features.reliable
    if (this.everybody.size >= this.settings.maxclients) {
      refuse(stream)
      return
    }
    const client = new (datagrams ? DatagramClient : StreamClient)(this, stream, this.nextId++, stream.uri)
    client.trusted = this.secret === null || !asksPassword(stream.features.scope)
    this.everybody.set(stream, client)
    this.selector.add(stream)
  }

  part(client: AnyClient): void {
    this.forget(client, false)
  }

  drop(client: AnyClient): void {
    this.forget(client, true)
  }

  private forget(client: AnyClient, discard: boolean): void {
    if (client.gone) return
    client.gone = true
    const { stream } = client
    this.selector.delete(stream)
    this.everybody.delete(stream)
    this.pubsub.leave(client)
    this.copiesOfGone += copiesOf(stream)
    // Whoever does not take the last words has left.
    stream.close({ discard }).catch(() => {})
  }

  // ---------------------------------------------------------------------------------------------------- for clients

  limitsOf(client: Client): RequestLimits {
    return client.trusted ? this.limits : this.strangers
  }

  execute(client: Client): void {
    this.executor.execute(client)
  }

  get holding(): boolean {
    return this.log?.holding ?? false
  }

  hold(held: Held): void {
    this.log!.hold(held)
  }

  touch(client: StreamClient): void {
    if (client.dirty) return
    client.dirty = true
    this.dirty.push(client)
  }

  watch(client: StreamClient, what: Watched): void {
    if (client.watched === what || client.gone || this.stopped) return
    client.watched = what
    const { selector } = this
    selector.delete(client.stream)
    if (what !== null) selector.add(client.stream, what)
  }

  // ---------------------------------------------------------------------------------------------------- for commands

  get clients(): Iterable<Client> {
    return this.everybody.values()
  }

  get hasPassword(): boolean {
    return this.secret !== null
  }

  isPassword(password: Uint8Array): boolean {
    return this.secret === null || timingSafeEqual(digest(password), this.secret)
  }

  info(section: string): string {
    const { store, log, executor } = this
    let blocked = 0
    let copies = this.copiesOfGone + store.counts.copies
    for (const client of this.everybody.values()) {
      if (client.pending > 0) blocked++
      copies += copiesOf(client.stream)
    }
    const figures = {
      clients: this.everybody.size,
      blocked,
      copies,
      received: this.received,
      commands: executor.executed,
      channels: this.pubsub.size,
      uris: this.uris,
      startedAt: this.startedAt,
      keys: store.size,
      expirable: store.expirable,
      memory: store.memory,
      counts: store.counts,
      log: log && {
        size: log.size,
        compacting: log.compacting,
        failed: log.failed !== null,
        compactions: log.compactions,
      },
    }
    return infoText(section, figures, this.settings)
  }
}

function copiesOf({ stats }: Stream): number {
  return stats.read.copies + stats.write.copies
}

function isDatagrams(uri: string): boolean {
  const { scheme } = parseUri(uri)
  return !registry.driver(scheme, uri).features.reliable
}

function digest(password: Uint8Array): Buffer {
  return createHash('sha256').update(password).digest()
}

function refuse(stream: Stream): void {
  try {
    stream.tryWrite(FULL)
  } catch {
    // It has left by itself.
  }
  stream.close().catch(() => {})
}
