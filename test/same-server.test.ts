// A server of this host is taken for one that others reach by TCP only where the two are known to be the same.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Listener, listen, type NoCandidate, open } from '@camio/core'
import type { LocalServer } from '@camio/core/spi'
import '@camio/file'
import '@camio/mem'
import '@camio/shm'
import test, { type ExecutionContext } from 'ava'
import { leaveNote } from './support/noted.js'

const onLinux = process.platform === 'linux' ? test : test.skip

let count = 0
const name = () => `same-${++count}`

function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'camio-same-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

async function serve(
  t: ExecutionContext,
  uris: readonly string[],
  options: Record<string, unknown> = {},
): Promise<Listener> {
  const server = await listen<string>(uris, options)
  t.teardown(() => server.close())
  return server
}

/** The scheme of what was opened. */
async function taken(uris: readonly string[]): Promise<string> {
  await using stream = await open<string>(uris)
  return stream.uri.split(':')[0]!
}

async function child(t: ExecutionContext, ...uris: string[]): Promise<{ process: ChildProcess; uris: string[] }> {
  const server = fork(new URL('support/server.program.js', import.meta.url), uris)
  t.teardown(() => server.kill('SIGKILL'))
  const [bound] = (await once(server, 'message')) as [string[]]
  return { process: server, uris: bound }
}

onLinux('siblings of one listen: the one on this host is taken', async (t) => {
  const local = `mem:${name()}`
  for (const host of ['127.0.0.1', '[::]', '0.0.0.0']) {
    const server = await serve(t, [local, `tcp://${host}:0`])
    const port = server.uris[1]!.split(':').at(-1)
    for (const reached of ['127.0.0.1', 'localhost'])
      t.is(await taken([local, `tcp://${reached}:${port}`]), 'mem', host)
    await server.close()
  }
})

onLinux('whether the other candidate could be used does not matter', async (t) => {
  const local = `mem:${name()}`
  const { uris } = await serve(t, [local, 'tcp://127.0.0.1:0'])
  await using stream = await open<string>([local, uris[1]!], { require: 'scope<=host' })
  t.is(stream.uri, local)
  const other = await serve(t, ['tcp://127.0.0.1:0'])
  const error = (await t.throwsAsync(open<string>([local, other.uri], { require: 'scope<=host' }))) as NoCandidate
  t.deepEqual(
    error.candidates.map(({ fate }) => fate),
    ['failed', 'dropped'],
  )
})

onLinux('another server of the same name is never taken for it', async (t) => {
  const local = `mem:${name()}`
  // It has a TCP address too, just not the one that is meant.
  await serve(t, [local, 'tcp://127.0.0.1:0'])
  const meant = await serve(t, [`mem:${name()}`, 'tcp://127.0.0.1:0'])
  t.is(await taken([local, meant.uris[1]!]), 'tcp')
})

onLinux('listeners that were bound one by one are not siblings, even in one process', async (t) => {
  const local = `mem:${name()}`
  await serve(t, [local])
  const other = await serve(t, ['tcp://127.0.0.1:0'])
  t.is(await taken([local, other.uri]), 'tcp')
})

onLinux('where nobody listens on this host, or nobody far away, it is the other one', async (t) => {
  const local = `mem:${name()}`
  const server = await serve(t, ['tcp://127.0.0.1:0'])
  t.is(await taken([local, server.uri]), 'tcp')
  // No candidate that others reach: there is nobody whom it would have to be.
  await serve(t, [local])
  t.is(await taken([local, 'file:/dev/null']), 'mem')
  // Nobody knows how far a scheme reaches that is not there.
  await t.throwsAsync(taken([local, 'carrier-pigeon:x']), { code: 'ERR_CAMIO_NO_CANDIDATE' })
})

onLinux('a port that several share proves nothing', async (t) => {
  const local = `mem:${name()}`
  const server = await serve(t, [local, 'tcp://127.0.0.1:0?reuseport=1'])
  const [, shared] = server.uris
  t.is(await taken([local, shared!]), 'mem')
  await serve(t, [`${shared}?reuseport=1`])
  t.is(await taken([local, shared!]), 'tcp')
})

onLinux('an address of another host proves nothing, whatever the port', async (t) => {
  const local = `mem:${name()}`
  const server = await serve(t, [local, 'tcp://0.0.0.0:0'])
  const port = server.uris[1]!.split(':').at(-1)
  // 192.0.2.0/24 belongs to nobody (RFC 5737).
  const controller = new AbortController()
  const opening = open<string>([local, `tcp://192.0.2.1:${port}?connect-timeout=50ms`], { signal: controller.signal })
  const error = (await t.throwsAsync(opening)) as NoCandidate
  t.regex(error.candidates[0]!.reason!, /not known to be the server of/)
})

onLinux('across processes: the very server is taken, and no connection is made to find out', async (t) => {
  const path = join(folder(t), 'kv')
  const { uris } = await child(t, `noted:${path}`, 'tcp://127.0.0.1:0')
  const [near, far] = [`noted:${path}`, uris[1]!]
  t.is(await taken([near, far]), 'unix')
  await using stream = await open<string>([near, far])
  t.is(stream.features.scope, 'host')
})

onLinux('across processes: shared memory is taken of the very server, and of no other', async (t) => {
  const local = `shm:${name()}-${process.pid}`
  const { uris } = await child(t, local, 'tcp://127.0.0.1:0')
  t.is(await taken([local, uris[1]!]), 'shm')
  const { uris: others } = await child(t, 'tcp://127.0.0.1:0')
  t.is(await taken([local, others[0]!]), 'tcp')
})

onLinux('across processes: a server that says what is not so is not believed', async (t) => {
  const path = join(folder(t), 'kv')
  const { process: other } = await child(t, `noted:${path}`, 'tcp://127.0.0.1:0')
  const { uris } = await child(t, 'tcp://127.0.0.1:0')
  const meant = uris[0]!
  const lies: ReadonlyArray<Partial<LocalServer>> = [
    // It claims the other's address.
    { advert: { token: 'x', uris: [meant] }, pid: other.pid! },
    // It names its own address, and the process that holds the other's.
    { advert: { token: 'x', uris: ['tcp://127.0.0.1:1'] }, pid: process.pid },
    {
      advert: { token: 'x', uris: ['nonsense', 'tcp://', 'tcp://localhost:1', meant.replace('tcp', 'tls')] },
      pid: other.pid!,
    },
    // Nobody, everybody, init.
    { advert: { token: 'x', uris: [meant] }, pid: 0 },
    { advert: { token: 'x', uris: [meant] }, pid: -1 },
    { advert: { token: 'x', uris: [meant] }, pid: 1.5 },
    { advert: { token: 'x', uris: [meant] }, pid: 2 ** 31 },
  ]
  for (const lie of lies) {
    leaveNote(path, lie as LocalServer)
    t.is(await taken([`noted:${path}`, meant]), 'tcp', JSON.stringify(lie))
  }
})

onLinux('a server that has gone is not found, and the other one is', async (t) => {
  const path = join(folder(t), 'kv')
  const gone = await child(t, `noted:${path}`, 'tcp://127.0.0.1:0')
  const meant = await serve(t, [gone.uris[1]!.replace(/\d+$/, '0')])
  gone.process.kill('SIGKILL')
  await once(gone.process, 'exit')
  t.is(await taken([`noted:${path}`, meant.uri]), 'tcp')
})

test('the stream is of the server that was looked at, or there is none', async (t) => {
  const local = `mem:${name()}`
  const server = await serve(t, [local, `mem:${name()}`])
  const { token } = (server as unknown as { members: Listener[] }).members[0]!.advert!
  t.regex(token, /^[\da-f-]{36}$/)
  const { registry } = await import('@camio/core')
  const driver = registry.driver('mem')
  const who = (await driver.identify!({ address: local.slice(4) } as never))!
  t.deepEqual(who, { advert: { token, uris: server.uris }, pid: process.pid })
  t.is(await driver.identify!({ address: 'nobody' } as never), null)
})
