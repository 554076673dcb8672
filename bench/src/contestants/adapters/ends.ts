// The same program over a socket of `net` and over the Duplex of a tcp: stream.

import { once } from 'node:events'
import { type AddressInfo, connect as connectSocket, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { listen, open } from '@camio/core'
import { toDuplex } from '@camio/core/adapters'
import '@camio/tcp'
import { announce, text } from '../common/arguments.js'

const byNet = text('by', 'camio') === 'net'

export async function acceptOne(): Promise<Duplex> {
  if (!byNet) {
    const server = await listen('tcp://127.0.0.1:0')
    announce(new URL(server.uris[0]!).port)
    return toDuplex(await server.accept())
  }
  const server = createServer().listen({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  announce((server.address() as AddressInfo).port)
  const [socket] = await once(server, 'connection')
  return socket.setNoDelay(true)
}

export async function connect(): Promise<Duplex> {
  const port = text('at', '')
  if (!byNet) return toDuplex(await open(`tcp://127.0.0.1:${port}`))
  const socket = connectSocket({ host: '127.0.0.1', port: Number(port), noDelay: true })
  await once(socket, 'connect')
  return socket
}
