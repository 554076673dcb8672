// The call sites that are measured, and that every scheme goes through before.
import { Selector, type Stream } from '@camio/core'
import { checkMessage } from '../common/payload.js'
import { wrong } from '../common/report.js'
import { MessageWriter } from '../common/words.js'
import { SIZE, type What } from './batch.js'

const FULL = 'a batch must fit into the buffers'

/** Writes batches of numbered messages, each batch with a flush, and reads and checks them: a loop for each form of the contract. */
export class Loops {
  private sent = 0
  private received = 0
  private readonly message = new MessageWriter(SIZE)
  private readonly selector = new Selector()
  private readonly take = (bytes: Uint8Array, offset: number, length: number): void => {
    if (length !== SIZE) wrong('length', length, SIZE)
    checkMessage(bytes, offset, length, this.received)
    this.received = (this.received + 1) | 0
  }
  private readonly make = (bytes: Uint8Array, offset: number): void => {
    this.message.write(bytes, offset, this.sent)
    this.sent = (this.sent + 1) | 0
  }

  constructor(
    private readonly writer: Stream,
    private readonly reader: Stream,
    private readonly batch: number,
  ) {
    this.selector.add(reader)
  }

  write(what: What): void {
    if (what === 'tryClaim') this.byClaim()
    else if (what === 'writeBatch') this.byBatch()
    else this.byClaimAt()
    if (!this.writer.tryFlush()) throw new Error(FULL)
  }

  read(what: What): void {
    const end = (this.received + this.batch) | 0
    while (this.received !== end) {
      this.selector.poll()
      if (what === 'tryRead') this.byLease()
      else this.reader.readBatch(this.take)
    }
  }

  close(): Promise<unknown> {
    this.selector.close()
    return Promise.all([this.writer.close(), this.reader.close()])
  }

  private byClaim(): void {
    const { writer, message, batch } = this
    for (let i = 0; i < batch; i++) {
      const room = writer.tryClaim(SIZE)
      if (room === null) throw new Error(FULL)
      message.write(room, 0, this.sent)
      writer.commit()
      this.sent = (this.sent + 1) | 0
    }
  }

  private byClaimAt(): void {
    const { writer, message, batch } = this
    for (let i = 0; i < batch; i++) {
      const at = writer.tryClaimAt(SIZE)
      if (at < 0) throw new Error(FULL)
      message.write(writer.claimBytes, at, this.sent)
      writer.commit()
      this.sent = (this.sent + 1) | 0
    }
  }

  private byBatch(): void {
    if (this.writer.writeBatch(this.make, SIZE, this.batch) !== this.batch) throw new Error(FULL)
  }

  private byLease(): void {
    const { reader } = this
    for (let lease = reader.tryRead(); lease !== null; lease = reader.tryRead()) {
      this.take(lease, 0, lease.length)
      reader.release()
    }
  }
}
