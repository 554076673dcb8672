/** Servers and clients that are killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { killServers } from './support/kills.js'
import { certificates, folder, name, ServerProcess } from './support/server.js'
import { Wire } from './support/wire.js'

const CLIENT = fileURLToPath(new URL('children/client.js', import.meta.url))

test('SIGKILL loses nothing that was acknowledged', async (t) => {
  const { kills, acknowledged } = await killServers(t, folder(t), 15)
  t.is(kills, 15)
  t.true(acknowledged > 100)
})

test('SIGTERM is an orderly end', async (t) => {
  const server = await ServerProcess.start(t, ['--listen', 'tcp://127.0.0.1:0'])
  await using wire = await Wire.open(server.uris[0]!)
  t.is(await wire.ask('PING'), 'PONG')
  t.is(await server.stop('SIGTERM'), 0)
  await t.throwsAsync(wire.next())
})

for (const scheme of ['shm', 'unix', 'tcp', 'tls'] as const) {
  test(`${scheme}: clients that are killed, whatever they were doing, leave nothing behind`, async (t) => {
    const home = folder(t)
    const { listen, ca } = await certificates(home)
    const uri = {
      shm: `shm:${name()}`,
      unix: `unix:${home}/kv.sock`,
      tcp: 'tcp://127.0.0.1:0',
      tls: `tls://127.0.0.1:0?${listen}`,
    }[scheme]
    const server = await ServerProcess.start(t, [
      '--listen',
      `mem:unused`,
      '--listen',
      uri,
      '--listen',
      `unix:${home}/witness`,
    ])
    const bound = server.uris[1]!
    await using witness = await Wire.open(server.uris[2]!)
    await witness.ask('SET', 'big', 'x'.repeat(200_000))
    const modes = ['idle', 'half', 'large', 'subscriber', 'greedy']
    const children = modes.map((mode) => {
      const target = scheme === 'tls' ? `${bound.split('?')[0]}?ca-file=${ca}` : bound
      return spawn(process.execPath, [CLIENT, mode, target], { stdio: ['ignore', 'pipe', 'inherit'] })
    })
    for (const child of children) t.teardown(() => child.kill('SIGKILL'))
    await Promise.all(children.map((child) => once(child.stdout!, 'data')))
    t.is(await witness.ask('PUBLISH', 'news', 'before'), 1)
    await Promise.all(
      children.map((child) => {
        child.kill('SIGKILL')
        return once(child, 'exit')
      }),
    )
    for (;;) {
      t.is(await witness.ask('PING'), 'PONG')
      const info = (await witness.ask('INFO', 'clients')) as string
      if (/connected_clients:1\r/.test(info)) break
      await sleep(20)
    }
    t.is(await witness.ask('PUBLISH', 'news', 'after'), 0)
    t.true(modes.includes((await witness.ask('GET', 'alive')) as string))
  })
}

test('clients of a server that is killed are told', async (t) => {
  const home = folder(t)
  const { listen, ca } = await certificates(home)
  const server = await ServerProcess.start(
    t,
    [`shm:${name()}`, `unix:${home}/kv.sock`, 'tcp://127.0.0.1:0', `tls://127.0.0.1:0?${listen}`].flatMap((uri) => [
      '--listen',
      uri,
    ]),
  )
  const wires = await Promise.all(
    server.uris.map((uri) => Wire.open(uri, uri.startsWith('tls:') ? { caFile: ca } : {})),
  )
  for (const wire of wires) t.is(await wire.ask('PING'), 'PONG')
  const told = wires.map((wire) => t.throwsAsync(wire.next()))
  await server.stop('SIGKILL')
  await Promise.all(told)
  for (const wire of wires) await wire.stream.close({ discard: true })
})
