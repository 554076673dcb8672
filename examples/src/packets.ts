// Counts the frames of an interface, or sends some, once a second saying how many.
//   node examples/dist/packets.js count packet:eth0
//   node examples/dist/packets.js count 'xdp:eth0?filter=udp:7000'
//   node examples/dist/packets.js count 'netmap:eth0/R'
//   node examples/dist/packets.js send packet:eth0 60 1000000     (frames of 60 bytes, a million of them)
import { open, type Stream } from '@camio/core'
import '@camio/netmap'
import '@camio/xdp'

/** To everybody, from nobody in particular, with an ethertype for local experiments (0x88b5). */
const HEADER = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xb5)

async function count(stream: Stream, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    // Nothing is allocated for a frame: look at bytes[offset, offset + length) where it lies.
    if (stream.readBatch(() => undefined, 1024) === 0) await stream.readable({ signal: stop }).catch(() => {})
  }
}

async function send(stream: Stream, length: number, total: number, stop: AbortSignal): Promise<void> {
  for (let sent = 0; sent < total && !stop.aborted; ) {
    const more = stream.writeBatch((bytes, offset) => bytes.set(HEADER, offset), length, Math.min(1024, total - sent))
    sent += more
    if (more === 0) await stream.writable({ signal: stop }).catch(() => {})
  }
  await stream.flush()
}

const [what, uri, length = '60', total = '1000000'] = process.argv.slice(2)
if (uri === undefined || (what !== 'count' && what !== 'send')) {
  console.error('packets count URI | packets send URI [BYTES] [FRAMES]')
  process.exit(2)
}
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
await using stream = await open(uri, { mode: what === 'count' ? 'r' : 'w' })
const way = what === 'count' ? stream.stats.read : stream.stats.write

let before = 0
const clock = setInterval(() => {
  console.log(`${way.messages - before} frames a second`)
  before = way.messages
}, 1000).unref()
console.log(`${what === 'count' ? 'counting' : 'sending'} on ${stream.uri}`)
await (what === 'count' ? count(stream, stop.signal) : send(stream, Number(length), Number(total), stop.signal))
clearInterval(clock)
console.log(`${way.messages} frames, ${way.bytes} bytes, ${way.overruns} known to be lost`)
