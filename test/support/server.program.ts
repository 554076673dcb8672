/** `node server.program.js URI...`: listens on all as one server, says where, and greets everybody until it is killed. */
import { listen, type Stream } from '@camio/core'
import '@camio/shm'
import './noted.js'

await using server = await listen(process.argv.slice(2))
process.send!(server.uris)
for await (const peer of server) {
  // Who only looked has gone by now.
  await greet(peer).catch(() => {})
}

async function greet(peer: Stream): Promise<void> {
  await peer.write(Buffer.from('hello'))
  await peer.close()
}
