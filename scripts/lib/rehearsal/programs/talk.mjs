// node talk.mjs PACKAGE URI: one message from one end to the other.
import { listen, open } from '@camio/core'

const [transport, uri] = process.argv.slice(2)
await import(transport)
const server = await listen(uri)
const accepted = server.accept()
const near = await open(server.uri)
await near.write(Buffer.from('hello'))
await near.flush()
const far = await accepted
process.stdout.write(Buffer.from(await far.read()).toString())
far.release()
for (const end of [near, far, server]) await end.close()
