/** `open` where there is something to choose, or to insist on. */
import { streamOpened } from '../diagnostics.js'
import type { GivenOptions } from '../resolve.js'
import type { Stream } from '../stream.js'
import { carryOut } from './carry-out.js'
import { makePlan } from './plan.js'

export async function openPlanned(uris: readonly string[], given?: GivenOptions): Promise<Stream> {
  const { stream } = await carryOut(makePlan(uris, given), given?.signal)
  streamOpened(stream)
  return stream
}
