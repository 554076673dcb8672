/** Who may come: without a password only this machine, unless the administrator says otherwise. */
import { CamioError, parseUri, registry } from '@camio/core'

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/i

/** @throws `ERR_CAMIO_NO_PERMISSION` for an address that others reach */
export function checkReach(uris: readonly string[]): void {
  for (const uri of uris) {
    const { scheme, address, options } = parseUri(uri)
    const { scope } = registry.driver(scheme, uri).features
    if (scope === 'process' || scope === 'host') continue
    const host = /^\/\/(.*?)(:\d+)?$/.exec(address)?.[1] ?? address
    const known = options.some(([name, value]) => name === 'client-cert' && value === 'require')
    if (known || LOOPBACK.test(host)) continue
    const remedy = 'set a password (--password-file, $CAMIO_KV_PASSWORD), listen on 127.0.0.1, or say --protected no'
    throw new CamioError('ERR_CAMIO_NO_PERMISSION', `the address "${host}" in ${uri} is reached by others: ${remedy}`, {
      uri,
    })
  }
}

/** Does a client that came here have to say the password? Not who is on this machine by right: see the modes of sockets and rings. */
export function asksPassword(scope: 'process' | 'host' | 'link' | 'global'): boolean {
  return scope === 'link' || scope === 'global'
}
