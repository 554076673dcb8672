/** Streams of another transport, for the cases that mix two. */
import { listen, open, type Stream } from '@camio/core'
import '@camio/mem'
import type { Rig } from './rig.js'

let names = 0

export function memName(): `mem:${string}` {
  names++
  return `mem:camio-conformance-${names}`
}

/** Two connected `mem:` streams with the framing of the streams under test. */
export async function memPair(rig: Rig): Promise<{ near: Stream; far: Stream }> {
  const name = memName()
  const { framing } = rig.features
  const listener = rig.keep(await listen(name, { framing }))
  const near = rig.keep(await open(name, { framing }))
  const far = rig.keep(await listener.accept())
  return { near, far }
}
