// Sends back whatever it gets, on every URI given.
//   node examples/dist/echo.js tcp://127.0.0.1:7000 unix:/tmp/echo.sock udp://127.0.0.1:7000
import { isCamioError, type Listener, listen, type Stream } from '@camio/core'
import '@camio/tcp'
import '@camio/udp'

async function echo(peer: Stream): Promise<void> {
  await using stream = peer
  try {
    for await (const lease of stream) await stream.write(lease)
    await stream.end()
  } catch (error) {
    // A peer that goes away in the middle is its own business.
    if (!isCamioError(error)) throw error
    console.error(`${stream.uri}: ${error.message}`)
  }
}

async function serve(listener: Listener): Promise<void> {
  for await (const peer of listener) void echo(peer)
}

const uris = process.argv.slice(2)
for (const uri of uris.length > 0 ? uris : ['tcp://127.0.0.1:7000']) {
  const listener = await listen(uri)
  console.log(`listening on ${listener.uri}`)
  void serve(listener)
  process.once('SIGINT', () => void listener.close())
}
