/** The connecting end of a duplex stream. */
import type { CamioError, Stream } from '@camio/core/spi'
import { badMemory, connect, type Met } from '../link/connect.js'
import { Kind } from '../link/hello.js'
import { parseName } from '../name.js'
import { ringLength } from '../ring/layout.js'
import { Region, receiveRing } from '../ring/region.js'
import { systemFor } from '../system.js'
import type { ShmTarget } from '../target.js'
import { duplexStream } from './listener.js'

/**
 * @param kinds what else will do
 * @param otherKind see `Wish`
 */
export async function openDuplex(
  target: ShmTarget,
  kinds: number = Kind.DUPLEX,
  otherKind?: CamioError,
): Promise<Stream> {
  const system = systemFor(target.uri)
  const { uri } = parseName(target.address, target.uri)
  const reads = target.mode !== 'w'
  const lent = reads ? Region.create(system, ringLength(target.options.capacity)).freeze(true) : null
  let met: Met
  try {
    met = await connect(target, { kinds, reads, writes: target.mode !== 'r', lent, otherKind })
  } catch (error) {
    lent?.release()
    throw error
  }
  const { link, hello } = met
  // The other end may not write, or not read.
  const incoming = hello.writes ? lent : null
  if (incoming === null) lent?.release()
  try {
    const outgoing = receiveRing(system, hello, hello.reads)
    incoming?.forget()
    return duplexStream(target, uri, link, { incoming, outgoing })
  } catch (error) {
    incoming?.release()
    link.close()
    throw badMemory(error, target)
  }
}
