/** A connected socket of the native engine: one `recv` into the window, one `send` of all that the ring holds. */

import { constants } from 'node:os'
import {
  type Address,
  ByteStream,
  type ByteStreamSizes,
  type CloseOptions,
  Counter,
  END,
  Epoll,
  Interest,
  KeepAlive,
  type KernelEnd,
  NOT_NOW,
  type StreamInit,
  systemError,
  type Watched,
  WRITE,
} from '@camio/core/spi'
import type { NativeSockets } from './binding.js'
import { Linger } from './linger.js'

const { EAGAIN } = constants.errno

const READABLE = Epoll.IN | Epoll.PRI | Epoll.RDHUP | Epoll.HUP | Epoll.ERR
const WRITABLE = Epoll.OUT | Epoll.HUP | Epoll.ERR
/** After these a short `recv` does not mean that nothing is left: the end, an error or an urgent mark may follow at once. */
const INEXACT = Epoll.PRI | Epoll.RDHUP | Epoll.HUP | Epoll.ERR

/**
 * Measured on loopback: reading into 64 KiB that stay in the cache moves half as many bytes again as into 256 KiB, with messages
 * small and large; sending is best from the larger ring.
 */
const SIZES: ByteStreamSizes = { read: 64 * 1024, write: 256 * 1024 }

export class NativeStream extends ByteStream implements Watched {
  /** `send` may find room. False only when the system said so and epoll nothing since, as `dry` is true only then. */
  private maySend = true
  /** May a short `recv` count as "nothing left"? Never on unix sockets: passed descriptors cut reads short, too. */
  private exact: boolean
  private readonly keepAlive = new KeepAlive()
  private lingering: Linger | null = null
  private address: Address | null = null

  /** @param holdsBack the system may wait for what follows a packet that is not full, until `pushHeld` */
  constructor(
    init: StreamInit,
    private readonly sockets: NativeSockets,
    private slot: number,
    private readonly kind: 'tcp' | 'unix',
    private readonly holdsBack = false,
  ) {
    super(init, SIZES)
    this.exact = kind === 'tcp'
    sockets.dispatcher.own(slot, this)
  }

  // ---------------------------------------------------------------------------------------------------- events

  note(events: number): void {
    if (events & READABLE) this.dry = false
    if (events & WRITABLE) this.maySend = true
    if (events & INEXACT) this.exact = false
  }

  respond(): void {
    if (!this.dry && this.keepAlive.remove(Interest.READ)) this.wake(Interest.READ)
    if (this.maySend && this.keepAlive.remove(Interest.WRITE)) this.pushable()
  }

  protected armPull(): boolean {
    if (!this.dry) return true
    this.keepAlive.add(Interest.READ)
    return false
  }
  protected disarmPull(): void {
    this.keepAlive.remove(Interest.READ)
  }
  protected armPush(): boolean {
    if (this.maySend) return true
    this.keepAlive.add(Interest.WRITE)
    return false
  }
  protected disarmPush(): void {
    this.keepAlive.remove(Interest.WRITE)
  }

  ref(): this {
    this.keepAlive.ref()
    return this
  }
  unref(): this {
    this.keepAlive.unref()
    return this
  }

  // ---------------------------------------------------------------------------------------------------- bytes

  override get readsInto(): boolean {
    return true
  }

  protected pull(target: Uint8Array, offset: number, length: number): number {
    if (length === 0) return NOT_NOW
    this.stats.counters[Counter.systemCalls]! += 1
    const count = this.sockets.binding.receive(this.slot, target, offset, length)
    if (count > 0) {
      this.dry = count < length && this.exact
      return count
    }
    if (count === 0) return END
    if (count !== -EAGAIN) throw systemError(count, 'recv')
    this.dry = true
    return NOT_NOW
  }

  protected push(source: Uint8Array, offset: number, length: number, second: number, more: boolean): number {
    if (!this.maySend) return NOT_NOW
    this.stats.counters[WRITE + Counter.systemCalls]! += 1
    const count = this.sockets.binding.send(this.slot, source, offset, length, second, more && this.holdsBack)
    if (count > 0) {
      // The system took a part: it tells when there is room for the rest.
      this.maySend = count === length + second
      return count
    }
    if (count !== -EAGAIN && count !== 0) throw systemError(count, 'send')
    this.maySend = false
    return NOT_NOW
  }

  protected override pushHeld(): void {
    if (!this.holdsBack || this.slot < 0) return
    this.stats.counters[WRITE + Counter.systemCalls]! += 1
    this.sockets.binding.sendHeld(this.slot)
  }

  override get remote(): Address | undefined {
    if (this.kind === 'unix') return undefined
    if (this.address === null && this.slot >= 0) {
      const name = this.sockets.binding.peerAddress(this.slot)
      if (name !== null && 'host' in name) this.address = name
    }
    return this.address ?? undefined
  }

  // ---------------------------------------------------------------------------------------------------- in the kernel

  override takeKernel(side: 'read' | 'write'): KernelEnd | null {
    if (this.closed) return null
    const fd = this.sockets.binding.descriptor(this.slot)
    const place = { fd, kind: 'socket', offset: null, length: null } as const
    return side === 'read' ? this.lendReading(place) : this.lendWriting(place)
  }

  /** The mover may have met "not now" in our place. */
  protected override movedInKernel(): void {
    this.dry = false
    this.maySend = true
  }

  // ---------------------------------------------------------------------------------------------------- the end

  protected endWrite(): void {
    if (this.slot < 0) return
    this.stats.counters[WRITE + Counter.systemCalls]! += 1
    this.sockets.binding.shutDown(this.slot, false)
  }

  override close(options?: CloseOptions): Promise<void> {
    if (options?.discard) this.lingering?.hurry()
    return super.close(options)
  }

  protected async closeTransport(discard: boolean): Promise<void> {
    this.keepAlive.clear()
    const { slot } = this
    if (slot < 0) return
    // Looked up now or never.
    void this.remote
    this.slot = -1
    let reset = discard
    if (!discard && this.error === null) {
      this.lingering = new Linger(this.sockets, slot, this.kind, this.lingerLeft())
      reset = !(await this.lingering.done)
    }
    this.sockets.dispatcher.close(slot, reset)
  }
}
