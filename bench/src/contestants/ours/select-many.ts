import { listen, Selector, type Stream } from '@camio/core'
import '@camio/tcp'
import { announce, text } from '../common/arguments.js'
import { Events } from '../common/events.js'

// One selector holds the listener and every connection: what `serve()` does with a promise each, in one loop.
const events = new Events()
const listener = await listen(text('uri', 'tcp://127.0.0.1:0'))
announce(listener.uris[0]!)
const selector = new Selector().add(listener)

function accept(): void {
  for (let stream = listener.tryAccept(); stream !== null; stream = listener.tryAccept()) selector.add(stream)
}

/** Sends back what came: 64 bytes, which always fit. */
function echo(stream: Stream): void {
  const lease = stream.tryRead()
  if (lease === null) return
  if (!stream.tryWrite(lease)) throw new Error('no room for 64 bytes')
  stream.release()
  stream.tryFlush()
  events.add()
}

for (;;) {
  const ready = await selector.wait()
  for (let i = 0; i < ready.length; i++) {
    const source = ready[i]!
    if (source === listener) accept()
    else echo(source as Stream)
  }
}
