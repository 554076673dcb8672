/** Ports that are taken, closed with things out, killed with their owner; workers; errors of opening. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { isCamioError, open } from '@camio/core'
import type { NetmapStream } from '@camio/netmap'
import test from 'ava'
import { ends, frame, KINDS, next, opened, standsIn, turns, unique } from './support.js'

const NETMAP = import.meta.resolve('@camio/netmap')
const CORE = import.meta.resolve('@camio/core')

const fails = (uri: string, options: Readonly<Record<string, unknown>> = {}) =>
  open(uri, options).then(
    async (stream) => {
      await stream.close()
      throw new Error(`${uri} opened`)
    },
    (error: unknown) => error as Error & { code?: string },
  )

for (const kind of KINDS) {
  const names = (name: string) =>
    kind === 'pipe' ? [`netmap:${name}{1`, `netmap:${name}}1`] : [`vale:${name}:a`, `vale:${name}:b`]

  test.serial(`${kind}: what a closed stream lent reads as zeros, and releasing it late does no harm`, async (t) => {
    const { near, far } = await ends(t, kind)
    await near.write(frame(100))
    const lease = (await far.read())!
    const claim = far.tryClaim(100)!
    await far.close()
    t.true(lease.every((byte) => byte === 0))
    claim.fill(7)
    t.true(far.release())
    far.commit()
    t.throws(() => far.tryRead(), { code: 'ERR_CAMIO_CLOSED' })
    await t.throwsAsync(far.readable(), { code: 'ERR_CAMIO_CLOSED' })
    await far.close()
  })

  test.serial(`${kind}: "/x" is exclusive either way round, and free again after close`, async (t) => {
    const [uri] = names(unique())
    const first = await opened(t, `${uri}/x`)
    for (const again of [uri!, `${uri}/x`]) {
      const error = await fails(again)
      t.is(error.code, 'ERR_CAMIO_ADDRESS_IN_USE')
      t.regex(error.message, /exclusive/)
    }
    await first.close()
    const second = await opened(t, uri!)
    t.is((await fails(`${uri}/x`)).code, 'ERR_CAMIO_ADDRESS_IN_USE')
    await second.close()
    await (await opened(t, `${uri}/x`)).close()
    t.pass()
  })

  test.serial(`${kind}: what a killed owner had is free, and whoever is left goes on`, async (t) => {
    const [uri, other] = names(unique())
    const near = await opened(t, other!)
    const program = `import { open } from '${CORE}'; import '${NETMAP}'
      const stream = await open('${uri}/x')
      console.log('open'); await stream.read(); console.log('read'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program])
    t.teardown(() => child.kill('SIGKILL'))
    const says = once(child.stdout, 'data')
    await says
    t.is((await fails(`${uri}/x`)).code, 'ERR_CAMIO_ADDRESS_IN_USE')
    await near.write(frame(60, 1))
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    // Netmap tells nobody.
    t.is(near.error, null)
    const far = await opened(t, `${uri}/x`)
    // A pipe keeps what the dead one had not given back.
    await turns()
    far.readBatch(() => {})
    await near.write(frame(60, 2))
    let last = await next(far)
    if (last[20] !== frame(60, 2)[20]) last = await next(far)
    t.deepEqual(last, frame(60, 2))
    await far.write(frame(60, 3))
    t.deepEqual(await next(near), frame(60, 3))
  })

  test.serial(`${kind}: two workers at once, and one that is terminated, take nothing with them`, async (t) => {
    const program = `const { parentPort, workerData } = require('node:worker_threads')
      ;(async () => {
        const { open } = await import('${CORE}'); await import('${NETMAP}')
        const [a, b] = await Promise.all(workerData.uris.map((uri) => open(uri)))
        for (let i = 0; i < 2000; i++) {
          await a.write(new Uint8Array(60).fill(255, 0, 6).fill(2, 6, 12))
          await b.read(); b.release()
        }
        parentPort.postMessage(b.stats.read.messages)
        if (workerData.stay) await b.read()
        await a.close(); await b.close()
      })()`
    const start = (stay: boolean) => {
      const worker = new Worker(program, { eval: true, workerData: { uris: names(unique()), stay } })
      return { worker, said: once(worker, 'message'), exited: once(worker, 'exit') }
    }
    const [one, two] = [start(false), start(true)]
    t.deepEqual([await one.said, await two.said], [[2000], [2000]])
    t.deepEqual(await one.exited, [0])
    await two.worker.terminate()
    const { near, far } = await ends(t, kind)
    await near.write(frame(60))
    t.deepEqual(await next(far), frame(60))
  })
}

/** Lines of /proc/self/maps: all of them, or those of the device. */
function mappings(what = ''): number {
  return readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .filter((line) => line.includes(what)).length
}

async function openUseClose(i: number): Promise<void> {
  const name = unique()
  const uris = i % 2 === 0 ? [`netmap:${name}{1`, `netmap:${name}}1`] : [`vale:${name}:a`, `vale:${name}:b`]
  const [near, far] = (await Promise.all(uris.map((uri) => open(uri)))) as [NetmapStream, NetmapStream]
  await near.write(frame(60))
  await next(far)
  await Promise.all([near.close(), far.close()])
}

test.serial('opening and closing leaves no descriptor and no mapping behind', async (t) => {
  const descriptors = () => readdirSync('/proc/self/fd').length
  const collected = async () => {
    for (let i = 0; i < 3; i++) {
      globalThis.gc!()
      await turns()
    }
  }
  for (let i = 0; i < 20; i++) await openUseClose(i)
  await collected()
  const before = { descriptors: descriptors(), mappings: mappings() }
  for (let i = 0; i < 60; i++) await openUseClose(i)
  // At once, whatever the collector does: a mapping of the device keeps its port.
  if (!standsIn) t.is(mappings('/dev/netmap'), 0)
  await collected()
  t.true(descriptors() - before.descriptors < 5, `${descriptors() - before.descriptors} descriptors more`)
  t.true(mappings() - before.mappings < 40, `${mappings() - before.mappings} mappings more`)
})

test.serial('errors of opening say what is wrong, and leave nothing behind', async (t) => {
  const say = async (uri: string, code: string, says: RegExp, options = {}) => {
    const error = await fails(uri, options)
    t.true(isCamioError(error, code), `${uri}: ${error.code} ${error.message}`)
    t.regex(error.message, says, uri)
  }
  const sw = unique()
  await say('netmap:no-such-card', 'ERR_CAMIO_NOT_FOUND', /no such interface/)
  // Read in the module's source, not seen.
  if (standsIn) await say(`netmap:${'x'.repeat(16)}{1`, 'ERR_CAMIO_NOT_FOUND', /15 characters/)
  await say(`vale:${sw}:a-9`, 'ERR_CAMIO_BAD_OPTION', /no such ring/)
  await say(`vale:${sw}:a`, 'ERR_CAMIO_BAD_OPTION', /no such ring/, { ring: 9 })
  await say(`vale:${sw}:a-0`, 'ERR_CAMIO_BAD_OPTION', /ring/, { ring: 0 })
  await say(`vale:${sw}:a^`, 'ERR_CAMIO_BAD_URI', /no rings to the host/)
  await say(`vale:${sw}:a`, 'ERR_CAMIO_BAD_OPTION', /mtu/, { mtu: 131_054, txSlots: 32 })
  await say(`vale:${sw}:a/RT`, 'ERR_CAMIO_BAD_URI', /exclude each other/)
  await say(`vale:${sw}:a/R`, 'ERR_CAMIO_BAD_URI', /exclude each other/, { mode: 'w' })
  await (await opened(t, `vale:${sw}:a/x`)).close()
})

test.serial('only the owner of the device may open it', (t) => {
  const everybody = standsIn ? 0 : statSync('/dev/netmap').mode & 0o006
  if (process.getuid?.() !== 0 || everybody !== 0) return void t.pass()
  const program = `import { open } from '${CORE}'; import { netmap } from '${NETMAP}'
    // The native part is loaded before: whoever we are then may not read it.
    netmap.available()
    process.setgroups([]); process.setgid(65534); process.setuid(65534)
    console.log(netmap.available().reason)
    await open('netmap:x{1').catch((error) => console.log(error.code, error.message))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program])
  t.regex(String(stdout), /^\/dev\/netmap may not be opened: needs root.*xdp:/, String(stderr))
  t.regex(String(stdout), /ERR_CAMIO_NO_PERMISSION .*xdp:/)
})
