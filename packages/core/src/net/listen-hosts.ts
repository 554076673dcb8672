/** Which addresses a listener binds. */
import type { HostPort } from './host-port.js'
import { ANY_HOST, ANY_HOST_V4, addressesOf } from './lookup.js'

/**
 * Binds every address of the host; without a host every address there is: IPv6's "any" takes IPv4 as well, and where there is no
 * IPv6, IPv4's.
 */
export async function listenOn<T>(
  { host }: HostPort,
  signal: AbortSignal | undefined,
  bind: (hosts: readonly string[]) => T | Promise<T>,
): Promise<T> {
  if (host !== '') return bind(await addressesOf(host, signal ?? new AbortController().signal))
  try {
    return await bind([ANY_HOST])
  } catch (error) {
    const { code } = error as { code?: string }
    if (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL') throw error
    return bind([ANY_HOST_V4])
  }
}
