/** A sink that writes down what a reader tells it, and answers in pieces. */
import { Form, type Reply, type ReplyError, ReplyReader, type ReplySink } from '../../dist/client/index.js'

export type Told = readonly ['reply' | 'error' | 'place' | 'push', unknown]

export class Collector implements ReplySink {
  readonly told: Told[] = []

  constructor(private readonly wanted: Form = Form.TEXT) {}

  form(): Form {
    return this.wanted
  }
  reply(value: Reply): void {
    this.told.push(['reply', value])
  }
  errorReply(error: ReplyError): void {
    this.told.push(['error', error.message])
  }
  place(bytes: Uint8Array, offset: number, length: number): void {
    this.told.push(['place', Buffer.from(bytes.subarray(offset, offset + length)).toString('latin1')])
  }
  push(items: readonly Reply[]): void {
    this.told.push(['push', items])
  }
}

/** Reads `bytes` as they would come over a byte stream: cut at `cuts`, a rest joined with what follows. */
export function readInPieces(bytes: Uint8Array, cuts: readonly number[], form: Form = Form.TEXT): Told[] {
  const sink = new Collector(form)
  const reader = new ReplyReader(sink)
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    // A lease is gone after its release: what is kept must be a copy.
    const lease = Uint8Array.from(bytes.subarray(from, cut))
    from += reader.read(lease, 0, lease.length)
    lease.fill(0xee)
  }
  return sink.told
}
