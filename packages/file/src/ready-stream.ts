/** Pipes, terminals, sockets and devices that epoll knows: read and written when they are ready, never blocking (native engine). */
import { closeSync } from 'node:fs'
import {
  ByteStream,
  Counter,
  END,
  Interest,
  type KernelEnd,
  NOT_NOW,
  type StreamInit,
  systemError,
  WRITE,
} from '@camio/core/spi'
import { type Binding, Event, How } from './binding.js'
import { errno } from './errno.js'

/** A descriptor of our own; its description may be shared with other processes. */
export interface ReadyFile {
  readonly fd: number
  readonly kind: KernelEnd['kind']
  /** What keeps system calls from blocking. */
  readonly how: How
}

export class ReadyStream extends ByteStream {
  private readonly watchId: number
  private events = 0
  private how: How
  /** Has this pipe been written? Before the first writer comes, reading looks like the end. */
  private begun = false

  /** @throws EPERM for what epoll does not know because it never blocks */
  constructor(
    init: StreamInit,
    private readonly file: ReadyFile,
    private readonly binding: Binding,
  ) {
    super(init)
    this.how = file.how
    this.watchId = binding.watchOpen(file.fd, (events) => this.happened(events))
  }

  // ---------------------------------------------------------------------------------------------------- readiness

  private happened(came: number): void {
    const seen = came & this.events
    this.watchFor(this.events & ~came)
    if (seen & Event.READABLE) this.wake(Interest.READ)
    if (seen & Event.WRITABLE) this.pushable()
  }

  /** A watch ends with its first event: what is left is started again. */
  private watchFor(events: number): void {
    this.events = events
    if (!this.closed) this.binding.watchStart(this.watchId, events)
  }

  protected armPull(): boolean {
    this.watchFor(this.events | Event.READABLE)
    return false
  }
  protected disarmPull(): void {
    this.watchFor(this.events & ~Event.READABLE)
  }
  protected armPush(): boolean {
    this.watchFor(this.events | Event.WRITABLE)
    return false
  }
  protected disarmPush(): void {
    this.watchFor(this.events & ~Event.WRITABLE)
  }

  // ---------------------------------------------------------------------------------------------------- bytes

  protected pull(target: Uint8Array, offset: number, length: number): number {
    this.stats.counters[Counter.systemCalls]! += 1
    const count = this.binding.read(this.file.fd, target, offset, length, -1, this.how)
    if (count > 0) {
      this.begun = true
      return count
    }
    return count === 0 ? this.atFileEnd() : this.refused(count, 'read')
  }

  private atFileEnd(): number {
    const { fd, kind } = this.file
    return kind !== 'pipe' || this.begun || this.binding.hungUp(fd) ? END : NOT_NOW
  }

  override get readsInto(): boolean {
    return true
  }

  protected push(source: Uint8Array, offset: number, length: number, second: number): number {
    this.stats.counters[WRITE + Counter.systemCalls]! += 1
    const count = this.binding.write(this.file.fd, source, offset, length, second, -1, this.how)
    return count >= 0 ? count : this.refused(count, 'write')
  }

  /** @throws unless it is a "not now" */
  private refused(error: number, syscall: string): number {
    if (error === -errno().EAGAIN) return NOT_NOW
    if (error !== -errno().EOPNOTSUPP || this.how !== How.NOWAIT) throw systemError(error, syscall)
    this.how = How.LOOK
    return NOT_NOW
  }

  // ---------------------------------------------------------------------------------------------------- in the kernel

  override takeKernel(side: 'read' | 'write'): KernelEnd | null {
    const { fd, kind } = this.file
    const place = { fd, kind, offset: null, length: null }
    return side === 'read' ? this.lendReading(place) : this.lendWriting(place)
  }

  protected override movedInKernel(side: 'read' | 'write', bytes: number): void {
    if (side === 'read' && bytes > 0) this.begun = true
  }

  // ---------------------------------------------------------------------------------------------------- the end

  /** A pipe's reader sees the end when the stream is closed; a shared description lives on elsewhere. */
  protected endWrite(): void {}

  protected closeTransport(): void {
    this.binding.watchClose(this.watchId)
    closeSync(this.file.fd)
  }

  ref(): this {
    if (!this.closed) this.binding.watchKeepAlive(this.watchId, true)
    return this
  }

  unref(): this {
    if (!this.closed) this.binding.watchKeepAlive(this.watchId, false)
    return this
  }
}
