// The native binding of @camio/tcp driven by hand: what one writes who knows that it is tcp, and that frames are u32.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { flag, number, text } from '../common/arguments.js'
import { checkMessage, number32 } from '../common/payload.js'
import { wrong } from '../common/report.js'
import { MessageWriter } from '../common/words.js'
import { SIZE, type What, writes } from './batch.js'
import { time } from './clock.js'

type Settings = [flags: number, buffers: Int32Array, congestion: string]

/** The part of the binding that is used here. */
interface Binding {
  start(table: Int32Array, onEvents: (count: number) => void): void
  poll(): number
  listenIp(...listen: [host: string, port: number, backlog: number, ...settings: Settings]): number
  connectIp(...to: [host: string, port: number, fromHost: string, fromPort: number, ...settings: Settings]): number
  accept(slot: number, slots: Int32Array, unpacedHere: boolean): number
  localAddress(slot: number): { port: number }
  receive(slot: number, target: Uint8Array, offset: number, length: number): number
  send(slot: number, source: Uint8Array, offset: number, length: number, second: number, more: boolean): number
}

const PREFIX = 4
const FRAME = PREFIX + SIZE
const what = text('what', 'readBatch') as What
const batch = number('batch', 480)
/** Views by the constructor, from a buffer that is kept at hand, instead of `subarray`. */
const constructed = flag('constructed')

function load(): Binding {
  const require = createRequire(import.meta.url)
  const home = dirname(require.resolve('@camio/tcp/package.json'))
  return (createRequire(`${home}/package.json`)('node-gyp-build') as (folder: string) => Binding)(home)
}

const binding = load()
binding.start(new Int32Array(512), () => {})

async function connected(): Promise<{ reader: number; writer: number }> {
  const system = new Int32Array(2)
  const listener = binding.listenIp('127.0.0.1', 0, 1, 8, system, '')
  const writer = binding.connectIp('127.0.0.1', binding.localAddress(listener).port, '', 0, 9, system, '')
  const slots = new Int32Array(1)
  while (binding.accept(listener, slots, true) !== 1) await turn()
  return { reader: slots[0]!, writer }
}

const { reader, writer } = await connected()
const message = new MessageWriter(SIZE)
const out = new Uint8Array(batch * FRAME)
const { buffer: outMemory } = out
const outWords = new Int32Array(outMemory)
const input = new Uint8Array(256 * 1024)
const { buffer: inputMemory } = input
let sent = 0
let received = 0

function writeAll(): void {
  for (let at = 0; at < out.length; at += FRAME) {
    outWords[at >> 2] = SIZE
    if (what === 'tryClaim') {
      const room = constructed ? new Uint8Array(outMemory, at + PREFIX, SIZE) : out.subarray(at + PREFIX, at + FRAME)
      message.write(room, 0, sent)
    } else message.write(out, at + PREFIX, sent)
    sent = (sent + 1) | 0
  }
  const count = binding.send(writer, out, 0, out.length, 0, false)
  if (count !== out.length) wrong('bytes sent', count, out.length)
}

function take(bytes: Uint8Array, offset: number, length: number): void {
  if (length !== SIZE) wrong('length', length, SIZE)
  checkMessage(bytes, offset, length, received)
  received = (received + 1) | 0
}

function readAll(): void {
  let end = 0
  let at = 0
  for (let left = batch; left > 0; ) {
    binding.poll()
    const count = binding.receive(reader, input, end, input.length - end)
    if (count > 0) end += count
    for (; end - at >= PREFIX; at += FRAME, left--) {
      const length = number32(input, at)
      if (end - at - PREFIX < length) break
      if (what === 'tryRead') {
        const from = at + PREFIX
        take(constructed ? new Uint8Array(inputMemory, from, length) : input.subarray(from, from + length), 0, length)
      } else take(input, at + PREFIX, length)
    }
  }
}

await time(batch, writeAll, readAll, writes(what) ? 'write' : 'read')
