/** Named rings: who has the name, and who connects to it. */
import { isCamioError, type Stream } from '@camio/core/spi'
import { Mapped, NO_MEMORY } from '../binding.js'
import { badMemory, connect, type Met } from '../link/connect.js'
import { Kind } from '../link/hello.js'
import { parseName } from '../name.js'
import { capacityOf, FLAG_LENGTH } from '../ring/layout.js'
import { Region, receiveMemory, Unusable } from '../ring/region.js'
import { systemFor } from '../system.js'
import { refusal, type ShmTarget } from '../target.js'
import { BroadcastStream, lossyFeatures, ONLOOKER } from './broadcast-stream.js'
import { GatherStream } from './gather-stream.js'
import { OnlookerStream } from './onlooker-stream.js'
import { openDuplex } from './open-duplex.js'

/** The reader of a strict ring has its name. Where somebody listens there, it is a stream of his, read only. */
export async function openStrictReader(target: ShmTarget): Promise<Stream> {
  // Whoever expects a certain server does not take its place.
  if (target.expect !== undefined) return openDuplex(target)
  try {
    return new GatherStream(target)
  } catch (error) {
    if (!isCamioError(error, 'ERR_CAMIO_ADDRESS_IN_USE')) throw error
    return openDuplex(target, Kind.DUPLEX, error)
  }
}

/** Its reader's ring, or where somebody listens a stream of his, write only. */
export function openStrictWriter(target: ShmTarget): Promise<Stream> {
  return openDuplex(target, Kind.STRICT | Kind.DUPLEX)
}

export function openLossyWriter(target: ShmTarget): Stream {
  if (target.expect !== undefined)
    throw refusal('ERR_CAMIO_REFUSED', target, 'the writer of a lossy ring opens no server')
  return new BroadcastStream(target)
}

export async function openLossyReader(target: ShmTarget): Promise<Stream> {
  const system = systemFor(target.uri)
  const flags = Region.create(system, FLAG_LENGTH).freeze(true)
  let met: Met
  try {
    met = await connect(target, { kinds: Kind.LOSSY, reads: true, writes: false, lent: flags, otherKind: undefined })
  } catch (error) {
    flags.release()
    throw error
  }
  const { hello, link } = met
  flags.forget()
  try {
    const { memory, length, position, sequence } = hello
    const capacity = capacityOf(length)
    if (capacity === null || position % 8 !== 0 || position < 0 || sequence < 0) {
      if (memory !== NO_MEMORY) system.binding.releaseMemory(memory)
      throw new Unusable('it is no ring')
    }
    const ring = receiveMemory(system, memory, length, Mapped.PRIVATELY)
    ring.forget()
    const init = target.init(parseName(target.address, target.uri).uri, lossyFeatures(ONLOOKER, capacity))
    return new OnlookerStream(init, { link, ring, flags, start: { position, sequence } })
  } catch (error) {
    flags.release()
    link.close()
    throw badMemory(error, target)
  }
}
