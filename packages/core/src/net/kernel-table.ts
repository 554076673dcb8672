/** Linux's own table of the sockets of this network namespace: /proc/net/tcp and the like, see proc_net(5). */

import { isIPv4 } from 'node:net'
import { endianness } from 'node:os'
import type { HostPort } from './host-port.js'

export interface Listening extends HostPort {
  /** Of the socket file: /proc/PID/fd names it so. */
  readonly inode: string
}

/** TCP_LISTEN of the kernel's tcp_states.h. */
const LISTEN = '0A'

const LITTLE = endianness() === 'LE'

/** @param table the text of /proc/net/tcp or /proc/net/tcp6 */
export function listening(table: string): Listening[] {
  const found: Listening[] = []
  for (const line of table.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/)
    const [, local, , state] = fields
    const inode = fields[9]
    if (state !== LISTEN || local === undefined || inode === undefined) continue
    const [address, port] = local.split(':')
    found.push({ host: hostOf(address!), port: Number.parseInt(port!, 16), inode })
  }
  return found
}

/** 32-bit words in the machine's own byte order. */
function hostOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  if (LITTLE) bytes.swap32()
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16))
  return sameForm(groups.join(':'))
}

/** One text for one address: IPv6 as RFC 5952 writes it, IPv4 within IPv6 as IPv4. Anything else as it is. */
export function sameForm(host: string): string {
  const [address, zone] = host.split('%')
  if (!address!.includes(':')) return host
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(short)
  if (mapped === null) return zone === undefined ? short : `${short}%${zone}`
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/**
 * The sockets that a connection to `host` may come to: those bound to that very address, else those bound to every address. Where
 * there are several (SO_REUSEPORT) nobody can say which of them it will be.
 */
export function receivers(sockets: readonly Listening[], { host, port }: HostPort): Listening[] {
  const wanted = sameForm(host)
  const here = sockets.filter((socket) => socket.port === port)
  const choices = [wanted, ...(isIPv4(wanted) ? ['0.0.0.0', '::'] : ['::'])]
  const matches = choices.map((choice) => here.filter((socket) => socket.host === choice))
  return matches.find((some) => some.length > 0) ?? []
}
