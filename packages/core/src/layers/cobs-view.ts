/**
 * Messages in COBS frames. A frame's bytes are not its message's, and the byte stream's memory is not always ours to write in (a
 * peer, other readers, a file may share it): each message is decoded into a block of the pool, which is the copy that is counted.
 * Writing is in place; messages that grow by more than a byte are moved by it, which is counted, too.
 */
import { pool } from '../bytes/pool.js'
import { CamioError } from '../error.js'
import { Counter } from '../stats.js'
import type { BatchHandler, Stream, StreamInit } from '../stream.js'
import { cobsDecode, cobsGrowth } from './frames/cobs.js'
import type { FrameCodec } from './frames/codec.js'
import { MessagesView } from './messages-view.js'

const NONE = -1

export class CobsView extends MessagesView {
  /** Where the message that is out lies. */
  private block: Uint8Array | null = null

  constructor(inner: Stream, init: Pick<StreamInit, 'limits' | 'wait'>, codec: FrameCodec) {
    const { read, write } = inner.features.copies
    super(inner, init, codec, { copies: { read: read + 1, write: write + 1 } })
    this.largest = init.limits.maxMessage + cobsGrowth(init.limits.maxMessage)
  }

  override tryRead(): Uint8Array | null {
    if (this.lentTo !== NONE || this.noRead) this.checkRead()
    const length = this.decodeNext()
    return length === NONE ? null : this.block!.subarray(0, length)
  }

  override tryReadBatch(): Uint8Array[] | null {
    const message = this.tryRead()
    return message === null ? null : [message]
  }

  override release(): boolean {
    const intact = super.release()
    if (this.block !== null) pool.release(this.block)
    this.block = null
    return intact
  }

  override readBatch(fn: BatchHandler, limit = Infinity): number {
    if (this.lentTo !== NONE || this.noRead) this.checkRead()
    let count = 0
    while (count < limit) {
      const length = this.decodeBehind(count)
      if (length === NONE) break
      count++
      if (this.handOutDecoded(fn, length) === false || this.noRead) break
    }
    return count
  }

  private handOutDecoded(fn: BatchHandler, length: number): void | false {
    try {
      return fn(this.block!, 0, length)
    } finally {
      // Unless the handler released it.
      if (this.lentTo !== NONE) this.release()
    }
  }

  /** An error behind messages of a batch waits for the next call. */
  private decodeBehind(count: number): number {
    try {
      return this.decodeNext()
    } catch (error) {
      if (count === 0) throw error
      this.wasTold(false)
      return NONE
    }
  }

  /** Decodes the next message into a block and lends it. @returns its length, or {@link NONE} @throws the stream's error */
  private decodeNext(): number {
    const encoded = this.nextLength()
    if (encoded === NONE) return NONE
    const { counters, at } = this
    const block = pool.acquire(encoded)
    const length = cobsDecode(this.bytes, at, at + encoded, block)
    if (length < 0 || length > this.limits.maxMessage) {
      pool.release(block)
      throw this.spoil(length < 0 ? this.badFrame() : this.tooLargeMessage(length))
    }
    this.block = block
    this.lend(at + encoded)
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += length
    counters[Counter.copies]! += 1
    return length
  }

  private badFrame(): CamioError {
    const message = `${this.uri}: a frame for frame=cobs has a code byte that points behind its end, or none`
    return new CamioError('ERR_CAMIO_FRAME', message, { uri: this.uri })
  }
}
