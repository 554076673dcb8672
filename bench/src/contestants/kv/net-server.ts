/**
 * The same commands on the same store, parsed by the same parser, over plain `net`: what a server costs that knows no CamIO. With
 * `--each` every reply is a write of its own, as the first version of most servers has it.
 */
import { createServer } from 'node:net'
import { Executor } from 'camio-kv/dist/commands/executor.js'
import { ReplyWriter } from 'camio-kv/dist/resp/reply-writer.js'
import { RequestParser } from 'camio-kv/dist/resp/request-parser.js'
import { Client } from 'camio-kv/dist/server/client.js'
import { PubSub } from 'camio-kv/dist/server/pubsub.js'
import { Store } from 'camio-kv/dist/store/store.js'
import { flag, number } from '../common/arguments.js'

const MEBI = 2 ** 20
const LIMITS = { arguments: MEBI, bulk: 512 * MEBI, request: 513 * MEBI, adjective: 'invalid' } as const
const each = flag('each')

/** Replies in memory that `net` may keep until it has sent them. */
class Buffered extends ReplyWriter {
  protected makeRoom(length: number): void {
    const grown = Buffer.allocUnsafe(Math.max(this.at + length, this.at * 2, 4096))
    grown.set(this.bytes.subarray(0, this.at))
    this.bytes = grown
    this.end = grown.length
  }

  protected large(value: Uint8Array): void {
    this.makeRoom(value.length)
    this.bytes.set(value, this.at)
    this.at += value.length
  }

  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.at)
    this.bytes = taken.subarray(0, 0)
    this.at = 0
    this.end = 0
    return taken
  }
}

class NetClient extends Client {
  readonly reply = new Buffered()
  readonly listens = false
  readonly address = ''
  readonly pending = 0
  rest: Buffer = Buffer.alloc(0)
  touched(): void {}
}

const parser = new RequestParser()
const store = new Store()
const facts = {
  clients: [],
  info: () => '',
  config: new Map([
    ['save', ''],
    ['appendonly', 'no'],
  ]),
  isPassword: () => true,
  hasPassword: false,
  largestValue: LIMITS.bulk,
  largestEntry: LIMITS.request,
}
const executor = new Executor(
  { store, pubsub: new PubSub(), server: facts, request: parser.request },
  { most: Infinity, evict: 'no' },
  () => null,
)

createServer((socket) => {
  const client = new NetClient(1, '', Date.now())
  client.trusted = true
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    store.now = Date.now()
    const bytes = client.rest.length === 0 ? chunk : Buffer.concat([client.rest, chunk])
    let at = 0
    for (;;) {
      const next = parser.parse(bytes, at, bytes.length, LIMITS)
      if (next < 0) break
      at = next
      if (parser.request.count === 0) continue
      executor.execute(client)
      if (each) socket.write(client.reply.take())
    }
    client.rest = bytes.subarray(at)
    const replies = client.reply.take()
    if (replies.length > 0) socket.write(replies)
  })
}).listen(number('port', 0), '127.0.0.1')
