/** What `listen()` returns: an async iterable of accepted streams. */

import { listenerClosed, streamAccepted } from './diagnostics.js'
import type { Advert } from './driver.js'
import type { CamioError } from './error.js'
import { Interest, Source } from './source.js'
import type { Stream } from './stream.js'
import { PARK, type WaitStrategy } from './wait/strategy.js'
import { closedError, type WaitOptions, waitFor } from './wait/wait.js'

export const LISTENER_BRAND = Symbol.for('@camio/listener@1')

/**
 * A driver's listener implements `acceptNext`, `ready`, `arm`, `disarm` and `shutDown`. `Interest.READ` means "acceptable".
 */
export abstract class Listener extends Source implements AsyncDisposable {
  /** As bound, port 0 resolved; more than one where a name has several addresses. */
  abstract readonly uris: readonly string[]
  private closing: Promise<void> | null = null
  /** Core: puts the views and layers that the program asked for around an accepted stream. */
  dress: (stream: Stream) => Stream = (stream) => stream
  /** Core: no more streams will be dressed. */
  undress: (() => Promise<void>) | null = null
  /** Core: what it has in common with the others of the same `listen([...])`; `null` where it was bound alone. */
  advert: Advert | null = null
  /** Core: how `accept` waits (`wait=`). */
  waitStrategy: WaitStrategy = PARK

  constructor() {
    super()
    Object.defineProperty(this, LISTENER_BRAND, { value: true })
  }

  get uri(): string {
    return this.uris[0]!
  }

  /**
   * The next stream, or `null` for "not now".
   * @throws `ERR_CAMIO_TOO_MANY_FILES` when descriptors ran out (the listener goes on: close some and accept again);
   *   `ERR_CAMIO_CLOSED`
   */
  tryAccept(): Stream | null {
    if (this.closed) throw closedError(this)
    const stream = this.acceptNext()
    if (stream === null) return null
    const dressed = this.dress(stream)
    streamAccepted(this, dressed)
    return dressed
  }

  /** Driver: the next stream, or `null` for "not now". */
  protected abstract acceptNext(): Stream | null

  /** Driver: stops to listen. Streams that were accepted live on; those that wait to be accepted are reset. */
  protected abstract shutDown(): void | Promise<void>

  /** The next stream. @throws what `tryAccept` throws; `ERR_CAMIO_CLOSED` when the listener closes meanwhile */
  async accept(options?: WaitOptions): Promise<Stream> {
    for (;;) {
      const stream = this.tryAccept()
      if (stream !== null) return stream
      await waitFor(this, Interest.READ, options, this.waitStrategy)
    }
  }

  /** Accepts until the listener is closed. Throws what `accept` throws; a new loop goes on. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Stream, void, undefined> {
    while (!this.closed) {
      let stream: Stream
      try {
        stream = await this.accept()
      } catch (error) {
        if (this.closed && (error as CamioError).code === 'ERR_CAMIO_CLOSED') return
        throw error
      }
      yield stream
    }
  }

  close(): Promise<void> {
    this.closing ??= this.closeOnce()
    return this.closing
  }

  private async closeOnce(): Promise<void> {
    const done = this.shutDown()
    this.wakeAll()
    try {
      await done
    } finally {
      await this.undress?.()
      listenerClosed(this)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
