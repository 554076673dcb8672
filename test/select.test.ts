// One selector over streams, listeners and timers of all transports that listen.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Listener, listen, open, Selector, type Stream } from '@camio/core'
import '@camio/mem'
import '@camio/shm'
import '@camio/tcp'
import '@camio/timer'
import '@camio/udp'
import test, { type ExecutionContext } from 'ava'

const WAITS = ['park', 'yield', 'spin', 'spin:20us'] as const

function addresses(t: ExecutionContext): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'camio-select-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const name = `select-${process.pid}-${WAITS.findIndex((wait) => t.title.includes(` ${wait},`))}`
  return [`mem:${name}`, `shm:${name}`, `unix:${join(folder, 'socket')}`, 'tcp://127.0.0.1:0', 'udp://127.0.0.1:0']
}

/** Sends a message a tick, so that who is ready changes all the time. */
async function talk(uri: string, messages: number): Promise<Stream> {
  const stream = await open(uri)
  for (let i = 0; i < messages; i++) {
    await stream.write(Uint8Array.of(i))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return stream
}

// One after the other: who spins leaves the others of the process hardly a turn.
for (const wait of WAITS)
  test.serial(`wait: ${wait}, listeners, streams and a timer of all transports: each gets its turn`, async (t) => {
    const servers = await Promise.all(addresses(t).map((uri) => listen(uri)))
    const clock = await open('timer:1ms')
    const selector = new Selector().add(clock)
    for (const server of servers) selector.add(server)
    let failure: unknown = null
    const clients = Promise.all(servers.map((server) => talk(server.uri, 20)))
    clients.catch((error: unknown) => {
      failure = error
    })

    const bytes = new Map<string, number>()
    const peers: Stream[] = []
    let ticks = 0
    const done = () => ticks > 0 && servers.every(({ uri }) => bytes.get(uri) === 20)
    while (!done()) {
      if (failure !== null) throw failure
      for (const source of await selector.wait({ wait })) {
        if (source === clock) ticks += clock.readBatch(() => {})
        else if (servers.includes(source as Listener)) {
          const peer = (source as Listener).tryAccept()
          if (peer === null) continue
          peers.push(peer)
          origin.set(peer, source.uri)
          selector.add(peer)
        } else {
          const from = origin.get(source as Stream)!
          ;(source as Stream).readBatch((_, __, length) => void bytes.set(from, (bytes.get(from) ?? 0) + length))
        }
      }
    }
    t.is(peers.length, servers.length)
    t.is(selector.size, 1 + 2 * servers.length)
    selector.close()
    for (const stream of [clock, ...(await clients), ...peers]) await stream.close()
    for (const server of servers) await server.close()
  })

const origin = new WeakMap<Stream, string>()
