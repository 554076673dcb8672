/** `node server.program.js URI...`: listens on all as one server, says where, and answers everybody with its number until it is killed. */
import { listen } from '@camio/core'
import './noted.js'

await using server = await listen(process.argv.slice(2))
process.send!(server.uris)
for await (const peer of server) {
  await peer.write(Buffer.from(`${process.pid}`))
  await peer.end()
}
