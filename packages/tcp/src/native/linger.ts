/**
 * The last moments of a socket: nothing more is said or listened to, but what was sent must arrive. Closing at once would not
 * lose it by itself - but bytes of the peer's that were not read, or come later, make the system reset the connection, and a
 * reset overtakes what is still on its way.
 */

import { constants } from 'node:os'
import type { Watched } from '@camio/core/spi'
import type { NativeSockets } from './binding.js'

const { EAGAIN } = constants.errno

/** Nothing tells when the peer's system has acknowledged all: look again after 1, 2, 4 ... ms. */
const LONGEST_NAP_MS = 32

export class Linger implements Watched {
  /** Resolves when the socket may be closed; `false`: somebody is in a hurry, reset it. */
  readonly done: Promise<boolean>
  private settle!: (gently: boolean) => void
  /** The slot is closed in a moment, and may be another socket's in the next. */
  private finished = false
  private nap = 1
  private timer: NodeJS.Timeout | undefined
  private readonly deadline: number

  constructor(
    private readonly sockets: NativeSockets,
    private readonly slot: number,
    private readonly kind: 'tcp' | 'unix',
    limitMs: number,
  ) {
    this.deadline = performance.now() + limitMs
    this.done = new Promise((resolve) => {
      this.settle = resolve
    })
    sockets.binding.shutDown(slot, false)
    sockets.dispatcher.own(slot, this)
    this.look()
  }

  hurry(): void {
    this.finish(false)
  }

  note(): void {}

  /** The peer sent something, ended or died. */
  respond(): void {
    clearTimeout(this.timer)
    this.look()
  }

  private finish(gently: boolean): void {
    this.finished = true
    clearTimeout(this.timer)
    this.settle(gently)
  }

  private look(): void {
    if (this.finished) return
    const left = this.deadline - performance.now()
    if (this.arrived() || left <= 0) {
      // When the time is over nothing unread is there at this moment: the system goes on sending by itself.
      this.finish(true)
    } else {
      this.timer = setTimeout(() => this.look(), Math.min(this.nap, left))
      this.nap = Math.min(this.nap * 2, LONGEST_NAP_MS)
    }
  }

  private arrived(): boolean {
    const { binding } = this.sockets
    const last = binding.dropInput(this.slot)
    const peerIsThrough = last === 0 || (last < 0 && last !== -EAGAIN)
    // What a unix socket sent is in the peer's queue already.
    return peerIsThrough || (last === -EAGAIN && (this.kind === 'unix' || binding.unacknowledged(this.slot) === 0))
  }
}
