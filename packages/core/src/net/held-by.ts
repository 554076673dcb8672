/** Who would answer at an internet address, as far as the kernel of this host can tell. */
import { readdir, readFile, readlink } from 'node:fs/promises'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { LocalServer, Target } from '../driver.js'
import { isCamioError } from '../error.js'
import { parseUri } from '../uri/parse.js'
import { type HostPort, parseHostPort } from './host-port.js'
import { type Listening, listening, receivers, sameForm } from './kernel-table.js'
import { addressesOf } from './lookup.js'

/**
 * `Driver.reaches` of `scheme://host:port` over TCP: does every address of the host belong to this host, and would a connection come
 * to a socket that the process holds, and that its advert names? Linux; `false` elsewhere, and where another user's process does not
 * let itself be looked at.
 */
export async function heldBy(
  target: Pick<Target, 'uri' | 'scheme' | 'address' | 'signal'>,
  server: LocalServer,
): Promise<boolean> {
  if (process.platform !== 'linux') return false
  const { host, port } = parseHostPort(target.address, target.uri)
  const addresses = await resolved(host, target.signal)
  if (addresses.length === 0 || !addresses.every(isHere)) return false
  const sockets = await allListening()
  const inodes = new Set<string>()
  for (const address of addresses) {
    const [socket, ...others] = receivers(sockets, { host: address, port })
    // A name may have two addresses of this host, and be listened on at one of them: the other leads nowhere.
    if (socket === undefined) continue
    if (others.length > 0 || !advertised(socket, target.scheme, server)) return false
    inodes.add(`socket:[${socket.inode}]`)
  }
  return inodes.size > 0 && (await holdsAll(server.pid, inodes))
}

async function resolved(host: string, signal = new AbortController().signal): Promise<string[]> {
  try {
    return host === '' ? [] : await addressesOf(host, signal)
  } catch (error) {
    signal.throwIfAborted()
    // A name that nobody knows is no host at all. The attempt to connect says so.
    if ((error as NodeJS.ErrnoException).code !== undefined) return []
    throw error
  }
}

/** Is it an address of this network namespace? Connecting to "any" address means this host too: ip(7). */
function isHere(address: string): boolean {
  const host = sameForm(address)
  if (host.startsWith('127.') || ['::1', '0.0.0.0', '::'].includes(host)) return true
  const [plain] = host.split('%')
  return Object.values(networkInterfaces()).some((own) => own?.some((one) => sameForm(one.address) === plain))
}

async function allListening(): Promise<Listening[]> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/self/net/${name}`, 'utf8').catch(() => '')),
  )
  return tables.flatMap(listening)
}

function advertised({ host, port }: HostPort, scheme: string, { advert }: LocalServer): boolean {
  return advert.uris.some((uri) => {
    const place = placeOf(uri, scheme)
    return place !== null && place.port === port && sameForm(place.host) === host
  })
}

/** It was told by somebody else: it may be anything. */
function placeOf(uri: string, scheme: string): HostPort | null {
  try {
    const parsed = parseUri(uri)
    if (parsed.scheme !== scheme) return null
    const place = parseHostPort(parsed.address, uri)
    return isIP(place.host.split('%')[0]!) === 0 ? null : place
  } catch (error) {
    if (isCamioError(error, 'ERR_CAMIO_BAD_URI')) return null
    throw error
  }
}

/** Looked at before the next ones are asked for: a listener's descriptor is one of the first that a server opens. */
const AT_A_TIME = 64

async function holdsAll(pid: number, names: ReadonlySet<string>): Promise<boolean> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  const folder = `/proc/${pid}/fd`
  const missing = new Set(names)
  const fds = (await readdir(folder).catch(() => [])).map(Number).sort((a, b) => a - b)
  for (let from = 0; from < fds.length && missing.size > 0; from += AT_A_TIME) {
    const some = fds.slice(from, from + AT_A_TIME)
    // A descriptor may be closed by now.
    for (const name of await Promise.all(some.map((fd) => readlink(`${folder}/${fd}`).catch(() => ''))))
      missing.delete(name)
  }
  return missing.size === 0
}
