/** What a case works with: streams of the driver under test, all of them closed when the case is over. */

import type { Features, Mode } from '@camio/core'
import { type Listener, listen, open, type Stream } from '@camio/core'
import { collectUntilParting, greet, part, readGreeting } from './greeting.js'
import type { PlainOptions, Subject } from './harness.js'
import { collect, join } from './payload.js'

export interface Pair {
  /** The end that `open` returned. */
  readonly near: Stream
  /** The end that the listener accepted. */
  readonly far: Stream
  readonly listener: Listener
}

/** A stream to write to, and what arrived of it at the other end. */
export interface Sink {
  readonly stream: Stream
  /** Ends the stream and reads everything that arrived, one array a message; a byte stream's bytes are one. */
  arrived(): Promise<Uint8Array[]>
}

interface Closable {
  close(options?: { discard?: boolean }): Promise<void>
}

export class Rig {
  private readonly opened: Closable[] = []

  constructor(readonly subject: Subject) {}

  get features(): Features {
    return this.subject.features
  }

  get messages(): boolean {
    return this.features.framing === 'messages'
  }

  /** Closes `thing` when the case is over; returns it. */
  keep<T extends Closable>(thing: T): T {
    this.opened.push(thing)
    return thing
  }

  async dispose(): Promise<void> {
    await Promise.allSettled(this.opened.splice(0).map((thing) => thing.close({ discard: true })))
  }

  // ---------------------------------------------------------------------------------------------------- pairs

  listenOptions(options: PlainOptions = {}): PlainOptions {
    const { harness } = this.subject
    return { ...harness.options, ...harness.pair!.listenOptions, ...options }
  }

  openOptions(options: PlainOptions = {}): PlainOptions {
    const { harness } = this.subject
    return { ...harness.options, ...harness.pair?.openOptions, ...options }
  }

  async listen(options?: PlainOptions, uri?: string): Promise<Listener> {
    return this.keep(await listen(uri ?? (await this.subject.harness.pair!.address()), this.listenOptions(options)))
  }

  async connect(listener: Listener, options?: PlainOptions): Promise<Pair> {
    const accepted = listener.accept()
    const near = await this.openAt(listener, options)
    const far = this.keep(await accepted)
    if (this.features.connectionless) await readGreeting(far)
    return { near, far, listener }
  }

  /** The opener's end of a stream that the listener can accept. Where there are no connections, a first message makes itself known. */
  async openAt(listener: Listener, options?: PlainOptions): Promise<Stream> {
    const near = this.keep(await open(listener.uri, this.openOptions(options)))
    if (this.features.connectionless && near.features.writable) await greet(near)
    return near
  }

  /** Two connected streams, both ways. */
  async pair(options: PlainOptions = {}): Promise<Pair> {
    return this.connect(await this.listen(options), options)
  }

  // ---------------------------------------------------------------------------------------------------- either kind

  async openStore(uri: string, mode: Mode, options: PlainOptions = {}): Promise<Stream> {
    return this.keep(await open(uri, this.openOptions({ mode, ...options })))
  }

  /** A stream from which `messages` (or, joined, their bytes) can be read, and then the end. */
  async source(messages: readonly Uint8Array[], options: PlainOptions = {}): Promise<Stream> {
    const { store } = this.subject.harness
    if (store === undefined) {
      const { near, far } = await this.pair(options)
      // In the background: more than the transport holds goes on while the case reads. A case that closes early breaks it off.
      writeAll(near, messages).catch(() => {})
      return far
    }
    const uri = await store.place()
    if (this.subject.driver.features.framing === this.features.framing) {
      await store.put(uri, join(messages))
    } else {
      const writer = await this.openStore(uri, 'w', options)
      await writeAll(writer, messages)
      await writer.close()
    }
    return this.openStore(uri, 'r', options)
  }

  async sink(options: PlainOptions = {}): Promise<Sink> {
    const { store } = this.subject.harness
    if (store === undefined) {
      const { near, far } = await this.pair(options)
      const arrived = async () => {
        const reading = this.features.reliable ? collect(far) : collectUntilParting(far)
        const [messages] = await Promise.all([reading, this.features.reliable ? near.end() : part(near)])
        return messages
      }
      return { stream: near, arrived }
    }
    const uri = await store.place()
    const stream = await this.openStore(uri, 'w', options)
    const arrived = async () => {
      await stream.close()
      if (this.messages) return collect(await this.openStore(uri, 'r', options))
      return [await store.get!(uri)]
    }
    return { stream, arrived }
  }
}

async function writeAll(stream: Stream, messages: readonly Uint8Array[]): Promise<void> {
  for (const message of messages) await stream.write(message)
  await stream.end()
}
