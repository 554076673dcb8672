import { open, type Stream } from '@camio/core'
import { defineLayer, type LayerTarget } from '@camio/core/spi'
import { copiesMore } from '../copies-more.js'
import { Spout } from './spout.js'
import { Teed } from './teed.js'

export const tee = defineLayer<string>({
  abi: 1,
  name: 'tee',
  id: '@camio/layers',
  parse(text, refuse) {
    if (!text.includes(':')) throw refuse(`is "${text}", not a URI such as file:copy.bin`)
    return text
  },
  features: copiesMore,
  async prepare(uri, target) {
    // Pieces of several byte streams in one: nobody could tell them apart.
    if (target.listening && target.features.framing === 'bytes')
      throw target.refuse('cannot join the byte streams of a listener: declare messages (frame=), or use record=')
    const spout = new Spout(await openSink(uri, target))
    return { wrap: (inner, init) => new Teed(inner, init, spout), done: () => spout.letGo(target.limits.lingerMs) }
  },
})

async function openSink(uri: string, { features, signal, registry, refuse }: LayerTarget): Promise<Stream> {
  const { modes } = registry.driver(uri.slice(0, uri.indexOf(':')), uri)
  const said = /[?&]mode=/.test(uri)
  const sink = await open(uri, { signal, registry, ...(modes.includes('w') && !said && { mode: 'w' }) })
  const { framing } = sink.features
  if (framing === features.framing && sink.features.writable) return sink
  await sink.close({ discard: true })
  if (framing === features.framing) throw refuse(`goes to ${uri}, which cannot be written`)
  throw refuse(
    `goes to ${uri}, which has ${framing}; the stream has ${features.framing}: declare frame= or framing= there`,
  )
}
