/** A name that others can open. Streams wait in its backlog until they are accepted. */
import { Interest, KeepAlive, Listener } from '@camio/core/spi'
import { hub } from './hub.js'
import { type Acceptor, link } from './link.js'
import type { MemStream } from './stream.js'

export class MemListener extends Listener {
  readonly uris: readonly string[]
  private readonly backlog: MemStream[] = []
  private readonly watching = new KeepAlive()

  constructor(
    private readonly name: string,
    private readonly acceptor: Acceptor,
  ) {
    super()
    this.uris = [acceptor.uri]
  }

  get full(): boolean {
    return this.backlog.length >= this.acceptor.options.backlog
  }

  /** The opener's end of a new stream, whose other end waits to be accepted. */
  connect(opener: Acceptor): MemStream {
    const { near, far } = link(opener, this.acceptor)
    this.backlog.push(far)
    this.wake(Interest.READ)
    return near
  }

  protected acceptNext(): MemStream | null {
    const stream = this.backlog.shift() ?? null
    if (stream !== null) hub.changed(this.name)
    return stream
  }

  ready(): boolean {
    return this.backlog.length > 0
  }

  arm(interest: number): boolean {
    this.watching.add(interest)
    return false
  }

  disarm(interest: number): void {
    this.watching.remove(interest)
  }

  override wake(interest: number): void {
    if (this.watching.remove(interest)) super.wake(interest)
  }

  ref(): this {
    this.watching.ref()
    return this
  }

  unref(): this {
    this.watching.unref()
    return this
  }

  protected async shutDown(): Promise<void> {
    hub.delete(this.name)
    await Promise.all(this.backlog.splice(0).map((stream) => stream.close({ discard: true })))
  }
}
