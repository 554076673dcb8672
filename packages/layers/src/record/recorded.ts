/** `record=`: everything that is read and written goes to a capture file, with the time at which it passed here. */
import { type CamioError, Counter, type Stream, type StreamInit, WRITE } from '@camio/core/spi'
import { copiesMore } from '../copies-more.js'
import { Through } from '../through.js'
import { Conversation } from './conversation.js'
import type { Recorder, Recording } from './recording.js'

export class Recorded extends Through implements Recorder {
  private readonly conversation: Conversation

  constructor(
    inner: Stream,
    init: Pick<StreamInit, 'limits' | 'wait'>,
    private readonly recording: Recording,
  ) {
    super(inner, init, copiesMore(inner.features))
    this.conversation = new Conversation(recording, inner)
    recording.join(this)
  }

  protected onRead(bytes: Uint8Array, from: number, to: number): void {
    this.stats.counters[Counter.copies]! += 1
    this.conversation.read(bytes, from, to, this.inner.remote)
  }

  protected onWrite(bytes: Uint8Array, from: number, to: number): void {
    this.stats.counters[WRITE + Counter.copies]! += 1
    this.conversation.written(bytes, from, to, this.claimTo)
  }

  recordingBroke(error: CamioError): void {
    this.fail(error)
  }

  protected override async destroy(discard: boolean): Promise<void> {
    this.recording.leave(this)
    try {
      await super.destroy(discard)
    } finally {
      this.recording.letGo()
    }
    this.tellLast(this.recording.failure, discard)
  }
}
