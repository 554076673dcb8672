/** From a host's name to its addresses. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { orAbort } from '../wait/abort.js'

/**
 * Every address of `host`, families by turns beginning with the one that the system prefers (RFC 8305, section 4).
 * @throws ENOTFOUND, EAI_AGAIN; the signal's reason
 */
export async function addressesOf(host: string, signal: AbortSignal): Promise<string[]> {
  if (isIP(host) !== 0) return [host]
  // The system's resolver cannot be interrupted; its answer is then forgotten.
  const found = await orAbort(lookup(host, { all: true, verbatim: true }), signal)
  const first = found.filter(({ family }) => family === found[0]!.family)
  const second = found.filter(({ family }) => family !== found[0]!.family)
  const mixed = first.flatMap((one, i) => (second[i] ? [one, second[i]] : [one])).concat(second.slice(first.length))
  return [...new Set(mixed.map(({ address }) => address))]
}

/** Every address of this host, both families where there are both. */
export const ANY_HOST = '::'
export const ANY_HOST_V4 = '0.0.0.0'
