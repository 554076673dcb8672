import { type AddressInfo, createServer, type Socket } from 'node:net'
import { announce, flag } from '../common/arguments.js'

/** Listens on a free port of the loopback, or with `--unix` on a unix socket in the abstract namespace, and tells the runner. */
export function listen(serve: (socket: Socket) => void): void {
  const server = createServer(serve)
  if (flag('unix')) {
    const name = `camio-bench-${process.pid}`
    server.listen({ path: `\0${name}`, backlog: 4096 }, () => announce(`@${name}`))
  } else {
    const told = (): void => announce((server.address() as AddressInfo).port)
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, told)
  }
}
