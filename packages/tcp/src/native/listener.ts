/** Listening sockets of the native engine: accepted in batches, as far as the program asks for streams. */

import { constants } from 'node:os'
import {
  type CamioError,
  fromSystemError,
  type Stream,
  systemError,
  WaitingListener,
  type Watched,
} from '@camio/core/spi'
import type { NativeSockets } from './binding.js'

const { EAGAIN } = constants.errno

/** Connections that one native call takes over; what the program has not asked for yet waits here. */
const BATCH = 16
/** How long accepting rests when it failed, for want of descriptors mostly: the backlog keeps who waits. */
const REST_MS = 100
/** Every so many vain looks the system is asked all the same, see NativeStream. */
const LOOKS = 32

/** Makes a stream of an accepted socket; `null`: it was refused, and closed. */
export type MakeStream = (slot: number) => Stream | null

/** One listening socket. */
class Door implements Watched {
  /** May somebody stand outside? False only when the system said no and epoll nothing since. */
  knocked = true

  constructor(
    readonly slot: number,
    private readonly opened: () => void,
  ) {}

  note(): void {
    this.knocked = true
  }
  respond(): void {
    this.opened()
  }
}

export class NativeListener extends WaitingListener {
  private readonly doors: readonly Door[]
  private readonly accepted: number[] = []
  private readonly batch = new Int32Array(BATCH)
  private looks = 0
  /** Why accepting failed, until the program has been told. */
  private failure: CamioError | null = null
  private rest: NodeJS.Timeout | null = null

  /**
   * @param slots listening sockets, one for each of `uris`
   * @param unpacedHere accepted sockets are not paced where the peer is on this host
   */
  constructor(
    readonly uris: readonly string[],
    private readonly sockets: NativeSockets,
    slots: readonly number[],
    private readonly make: MakeStream,
    private readonly unpacedHere = false,
  ) {
    super()
    this.doors = slots.map((slot) => new Door(slot, () => this.respond()))
    for (const door of this.doors) sockets.dispatcher.own(door.slot, door)
  }

  ready(): boolean {
    return this.closed || this.look()
  }

  override arm(): boolean {
    return (this.rest === null && this.doors.some((door) => door.knocked)) || super.arm()
  }

  protected acceptNext(): Stream | null {
    while (this.look()) {
      const slot = this.accepted.shift()
      if (slot === undefined) throw this.tellFailure()
      const stream = this.make(slot)
      if (stream !== null) return stream
    }
    return null
  }

  private tellFailure(): CamioError {
    const failure = this.failure!
    this.failure = null
    return failure
  }

  /** Is there a connection, or an error, to tell of? */
  private look(): boolean {
    if (this.accepted.length > 0 || this.failure !== null) return true
    if (this.rest !== null) return false
    const insist = ++this.looks % LOOKS === 0
    for (const door of this.doors) if (door.knocked || insist) this.acceptAt(door)
    return this.accepted.length > 0 || this.failure !== null
  }

  private acceptAt(door: Door): void {
    const { binding, dispatcher } = this.sockets
    const count = binding.accept(door.slot, this.batch, this.unpacedHere)
    for (let i = 0; i < count; i++) this.accepted.push(dispatcher.opened(this.batch[i]!))
    // A batch may have been ended by its size or by an error as well: only this answer means that nobody is left.
    door.knocked = count !== -EAGAIN
    if (count < 0 && door.knocked) this.failed(count)
  }

  private failed(status: number): void {
    this.failure = fromSystemError(systemError(status, 'accept4'), this.uri, 'cannot accept at')
    this.rest ??= setTimeout(() => {
      this.rest = null
      this.respond()
    }, REST_MS).unref()
  }

  protected shutDown(): void {
    const { dispatcher } = this.sockets
    this.keepAlive.clear()
    if (this.rest !== null) clearTimeout(this.rest)
    for (const door of this.doors) dispatcher.close(door.slot, false)
    for (const slot of this.accepted) dispatcher.close(slot, true)
    this.accepted.length = 0
  }
}
