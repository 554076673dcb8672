/** `duct:NAME`, a complete scheme: bytes between two parts of one thread, through a bounded inbox at each end. */
import { type Features, type Mode, registry } from '@camio/core'
import {
  ByteStream,
  CamioError,
  Counter,
  defineDriver,
  END,
  encodeAddress,
  features,
  Interest,
  KeepAlive,
  Listener,
  NOT_NOW,
  option,
  type Target,
  WRITE,
} from '@camio/core/spi'

const OPTIONS = {
  inbox: option.size({ default: 64 * 1024, min: 1, max: 2 ** 30, help: 'bytes that may wait to be read at this end' }),
} as const

type DuctTarget = Target<typeof OPTIONS>

const MODES: readonly [Mode] = ['rw']

const FEATURES: Features = features({ scope: 'process', acceptsMany: true, copies: { read: 1, write: 1 } })

class Duct extends ByteStream {
  peer!: Duct
  private readonly inbox: Uint8Array[] = []
  private room: number
  private inboxEnded = false
  /** While somebody waits, the process stays. A transport with a handle of the event loop needs no such thing. */
  private readonly alive = new KeepAlive()

  constructor(target: DuctTarget, uri: string) {
    super(target.init(uri, FEATURES))
    this.room = target.options.inbox
  }

  /** What arrived goes into core's window. */
  protected pull(target: Uint8Array, offset: number, length: number): number {
    const [piece] = this.inbox
    if (piece === undefined) return this.inboxEnded ? END : NOT_NOW
    const count = Math.min(length, piece.length)
    target.set(piece.subarray(0, count), offset)
    if (count === piece.length) this.inbox.shift()
    else this.inbox[0] = piece.subarray(count)
    this.stats.counters[Counter.copies]! += 1
    this.room += count
    this.peer.pushable()
    return count
  }

  /** What was committed goes to the peer, as much of it as it has room for. */
  protected push(source: Uint8Array, offset: number, length: number): number {
    const { peer } = this
    if (peer.closed) throw this.gone()
    const count = Math.min(length, peer.room)
    if (count === 0) return NOT_NOW
    peer.inbox.push(source.slice(offset, offset + count))
    peer.room -= count
    this.stats.counters[WRITE + Counter.copies]! += 1
    peer.wake(Interest.READ)
    return count
  }

  /** `pull` and `push` of one end wake the other: there is nothing to watch, and nothing can have happened meanwhile. */
  protected armPull(): boolean {
    this.alive.add(Interest.READ)
    return false
  }
  protected disarmPull(): void {
    this.alive.remove(Interest.READ)
  }
  protected armPush(): boolean {
    this.alive.add(Interest.WRITE)
    return false
  }
  protected disarmPush(): void {
    this.alive.remove(Interest.WRITE)
  }

  override wake(interest: number): void {
    this.alive.remove(interest === Interest.READ ? Interest.READ : Interest.WRITE)
    super.wake(interest)
  }

  ref(): this {
    this.alive.ref()
    return this
  }
  unref(): this {
    this.alive.unref()
    return this
  }

  protected endWrite(): void {
    this.peer.inboxEnded = true
    this.peer.wake(Interest.READ)
  }

  protected closeTransport(discard: boolean): void {
    const { peer } = this
    peer.inboxEnded = true
    if (discard || this.inbox.length > 0) peer.fail(peer.gone())
    this.inbox.length = 0
    peer.wake(Interest.READ)
    peer.pushable()
  }

  private gone(): CamioError {
    return new CamioError('ERR_CAMIO_RESET', `${this.uri}: the other end closed`, { uri: this.uri })
  }
}

/** Who listens, by bound URI. */
const listeners = new Map<string, DuctListener>()

/** As bound: without the options. */
function uriOf({ scheme, address }: DuctTarget): string {
  return `${scheme}:${encodeAddress(address)}`
}

class DuctListener extends Listener {
  readonly uris: readonly string[]
  private readonly waiting: Duct[] = []
  private readonly alive = new KeepAlive()

  constructor(private readonly target: DuctTarget) {
    super()
    this.uris = [uriOf(target)]
    listeners.set(this.uri, this)
  }

  connect(target: DuctTarget): Duct {
    const near = new Duct(target, this.uri)
    const far = new Duct(this.target, this.uri)
    near.peer = far
    far.peer = near
    this.waiting.push(far)
    this.wake(Interest.READ)
    return near
  }

  protected acceptNext(): Duct | null {
    return this.waiting.shift() ?? null
  }
  ready(): boolean {
    return this.waiting.length > 0
  }
  arm(interest: number): boolean {
    this.alive.add(interest)
    return false
  }
  disarm(interest: number): void {
    this.alive.remove(interest)
  }
  override wake(interest: number): void {
    this.alive.remove(interest)
    super.wake(interest)
  }
  ref(): this {
    this.alive.ref()
    return this
  }
  unref(): this {
    this.alive.unref()
    return this
  }
  protected async shutDown(): Promise<void> {
    listeners.delete(this.uri)
    for (const duct of this.waiting) await duct.close({ discard: true })
  }
}

export const driver = defineDriver({
  abi: 1,
  scheme: 'duct',
  id: 'camio-duct',
  help: 'bytes between two parts of one thread',
  addressForm: 'NAME',
  options: OPTIONS,
  modes: MODES,
  features: FEATURES,
  available: () => ({ ok: true, engine: 'js' }),
  open(target) {
    const listener = listeners.get(uriOf(target))
    if (listener) return listener.connect(target)
    throw new CamioError('ERR_CAMIO_NOT_FOUND', `nobody listens on ${target.uri}`, { uri: target.uri })
  },
  listen(target) {
    if (!listeners.has(uriOf(target))) return new DuctListener(target)
    throw new CamioError('ERR_CAMIO_ADDRESS_IN_USE', `${target.uri} is listened on already`, { uri: target.uri })
  },
})

registry.register(driver)
