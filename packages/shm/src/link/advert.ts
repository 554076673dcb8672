/** Who has a name: what the listener says of itself and its siblings, as JSON in a memory of its own, because it has no length of its own. */
import type { Advert } from '@camio/core/spi'
import { Mapped, NO_MEMORY } from '../binding.js'
import { Region, receiveMemory, Unusable } from '../ring/region.js'
import type { System } from '../system.js'
import type { Hello } from './hello.js'

/** Bytes. */
const LONGEST = 256 * 1024

/** Of a length that is a multiple of 4. To be released once it is sent. @throws a system error */
export function lendAdvert(system: System, advert: Advert): Region {
  const json = Buffer.from(JSON.stringify(advert))
  const text = Buffer.alloc(Math.ceil(json.length / 4) * 4, ' ')
  json.copy(text)
  const region = Region.create(system, text.length)
  region.bytes.set(text)
  return region
}

/** @returns `null`: it has none @throws an `Unusable`, a system error; what came with the hello is given back in any case */
export function receiveAdvert(system: System, { memory, length }: Hello): Advert | null {
  if (memory === NO_MEMORY && length === 0) return null
  if (length < 1 || length > LONGEST || length % 4 !== 0) {
    if (memory !== NO_MEMORY) system.binding.releaseMemory(memory)
    throw new Unusable('it is no advert')
  }
  const region = receiveMemory(system, memory, length, Mapped.PRIVATELY)
  // Parsed from a copy: the sender could change it meanwhile.
  const text = Buffer.from(region.bytes).toString()
  region.release()
  return parseAdvert(text)
}

function parseAdvert(text: string): Advert {
  const { token, uris } = (parseJson(text) ?? {}) as { token?: unknown; uris?: unknown }
  if (typeof token !== 'string' || !Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string')) {
    throw new Unusable('it is no advert')
  }
  return Object.freeze({ token, uris: Object.freeze([...uris]) })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
