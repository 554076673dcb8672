import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { announce, portAt, text } from '../common/arguments.js'

/** What everybody has here who floods: the most that the system allows, or loss is all that is measured. */
const BUFFER = 4 * 1024 * 1024

/** Of the end that is bound: the loopback, unless the ends stand in two network namespaces. */
const HOST = text('host', '127.0.0.1')

/** Bound to a free port, which the runner is told. */
export async function bound(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: BUFFER })
  socket.bind(0, HOST)
  await once(socket, 'listening')
  announce(socket.address().port)
  return socket
}

export async function connected(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', sendBufferSize: BUFFER })
  socket.connect(portAt(), HOST)
  await once(socket, 'connect')
  return socket
}
