// A bridge of two interfaces: what comes in at one goes out at the other, both ways, over any two schemes of frames.
//   node examples/dist/bridge.js 'packet:eth0?promisc=1' 'packet:eth1?promisc=1'
//   node examples/dist/bridge.js 'xdp:eth0?share=bridge' 'xdp:eth1?share=bridge'     (without a copy)
//   node examples/dist/bridge.js netmap:eth0 netmap:eth1     (the same; netmap:eth0 'netmap:eth0^' joins a card and its host)
import { isCamioError, open, type PipeResult, pipe, type Stream } from '@camio/core'
import '@camio/netmap'
import '@camio/xdp'

const [left, right] = process.argv.slice(2)
if (left === undefined || right === undefined) {
  console.error('bridge URI URI')
  process.exit(2)
}

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
process.once('SIGTERM', () => stop.abort())

/** Goes on after a frame that could not be sent - an interface was down, a frame too large - as bridges do. */
async function forward(from: Stream, to: Stream): Promise<PipeResult[]> {
  const done: PipeResult[] = []
  while (!stop.signal.aborted) {
    try {
      done.push(await pipe(from, to, { signal: stop.signal, end: false }))
    } catch (error) {
      if (!isCamioError(error) || from.error !== null || to.error !== null) throw error
      console.error(error.message)
    }
  }
  return done
}

function report(from: Stream, to: Stream, [result]: PipeResult[]): void {
  const { messages, bytes } = from.stats.read
  console.log(`${from.uri} -> ${to.uri}: ${messages} frames, ${bytes} bytes, by ${result?.path ?? 'nothing'}`)
}

await using a = await open(left)
await using b = await open(right)
console.log(`bridging ${a.uri} and ${b.uri}`)
const [there, back] = await Promise.all([forward(a, b), forward(b, a)])
report(a, b, there)
report(b, a, back)
