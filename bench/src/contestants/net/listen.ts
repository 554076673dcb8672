import { type AddressInfo, createServer, type Socket } from 'node:net'
import { announce } from '../common/arguments.js'

/** Listens on a free port of the loopback and tells the runner. */
export function listen(serve: (socket: Socket) => void): void {
  const server = createServer(serve)
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => announce((server.address() as AddressInfo).port))
}
