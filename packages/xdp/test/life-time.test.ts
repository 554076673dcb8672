/** Interfaces that go, owners that are killed, queues that are taken, errors of opening; between two network namespaces. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { isCamioError, open } from '@camio/core'
import type { XdpStream } from '@camio/xdp'
import test from 'ava'
import { cable, ip, missing } from './namespaces.js'
import { frame, next, opened, rooms, SCHEMES, why } from './support.js'

const between = missing === null ? test.serial : test.serial.skip

/** Programs on an interface, as iproute2 shows them. */
function programs(netns: string): boolean {
  const { stdout } = spawnSync('ip', ['-n', netns, '-d', 'link', 'show', 'camio0'])
  return /\bxdp/.test(String(stdout))
}

/** How many this process has open. */
const descriptors = () => readdirSync('/proc/self/fd').length

const XDP = import.meta.resolve('@camio/xdp')
const CORE = import.meta.resolve('@camio/core')

for (const scheme of SCHEMES) {
  between(`${scheme}: an interface that is removed breaks the stream, after what was received${why}`, async (t) => {
    const { a, b } = rooms(t)
    const [near, far] = [await opened(t, scheme, a), await opened(t, scheme, b)]
    await near.write(frame(60))
    await far.readable()
    const waiting = t.throwsAsync(near.read())
    ip('-n', b, 'link', 'del', 'camio0')
    t.true(isCamioError(await waiting, 'ERR_CAMIO_PEER_LOST'))
    t.deepEqual(await next(far), frame(60))
    await t.throwsAsync(far.read(), { code: 'ERR_CAMIO_PEER_LOST' })
    await t.throwsAsync(near.write(frame(60)), { code: 'ERR_CAMIO_PEER_LOST' })
  })

  between(`${scheme}: an interface that goes down and up again is used again${why}`, async (t) => {
    const { a, b } = rooms(t)
    const [near, far] = [await opened(t, scheme, a), await opened(t, scheme, b)]
    await near.write(frame(60))
    await next(far)
    ip('-n', a, 'link', 'set', 'camio0', 'down')
    await t.throwsAsync(async () => {
      await near.write(frame(61))
      await near.flush()
    })
    ip('-n', a, 'link', 'set', 'camio0', 'up')
    t.is(near.error, null)
    let got = 0
    while (got !== 62) {
      await near.write(frame(62)).catch(() => {})
      await far.readable({ signal: AbortSignal.timeout(50) }).catch(() => {})
      far.readBatch((_bytes, _offset, length) => {
        got = length
      })
    }
    t.is(near.error, null)
  })

  between(`${scheme}: what a killed owner had is free at once, and its frames did no harm${why}`, async (t) => {
    const { a, b } = rooms(t)
    const program = `import { open } from '${CORE}'; import '${XDP}'
      const stream = await open('${scheme}:camio0?netns=${b}')
      console.log('open'); await stream.read(); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program])
    t.teardown(() => child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    t.is(programs(b), scheme === 'xdp')
    const near = await opened(t, scheme, a)
    await near.write(frame(60))
    child.kill('SIGKILL')
    await once(child, 'exit')
    const far = await opened(t, scheme, b)
    await near.write(frame(61))
    t.deepEqual(await next(far), frame(61))
  })

  between(`${scheme}: errors of opening say what is wrong, and leave nothing behind${why}`, async (t) => {
    const { a } = rooms(t)
    // The first stream of a process makes its epoll.
    await (await opened(t, scheme, a)).close()
    const before = descriptors()
    const fails = (uri: string, code: string, says: RegExp) =>
      t.throwsAsync(open(uri), { code, message: says }, uri).then((error) => t.truthy(isCamioError(error)))
    await fails(`${scheme}:camio9?netns=${a}`, 'ERR_CAMIO_NOT_FOUND', /no such interface/)
    await fails(`${scheme}:camio0?netns=no-such-room`, 'ERR_CAMIO_NOT_FOUND', /namespace/)
    await fails(`${scheme}:`, 'ERR_CAMIO_BAD_URI', /no interface/)
    await fails(`${scheme}:an-interface-with-a-long-name`, 'ERR_CAMIO_BAD_URI', /no interface/)
    await fails(`${scheme}:camio0?netns=../x`, 'ERR_CAMIO_BAD_OPTION', /netns/)
    for (const filter of ['some', 'udp:0', 'udp:70000', 'ethertype:0x5ff', 'ethertype:zero'])
      await fails(`${scheme}:camio0?filter=${filter}`, 'ERR_CAMIO_BAD_OPTION', /filter/)
    await t.throwsAsync(opened(t, scheme, '/run\0/x'), { code: 'ERR_CAMIO_BAD_OPTION', message: /netns/ })
    t.is(descriptors(), before)
    t.false(programs(a))
  })

  between(`${scheme}: without its capabilities it says which ones it needs${why}`, (t) => {
    const program = `import { open } from '${CORE}'; import { ${scheme} } from '${XDP}'
      // The native part is loaded before: whoever we are then may not read it.
      ${scheme}.available()
      process.setgroups([]); process.setgid(65534); process.setuid(65534)
      console.log(JSON.stringify(${scheme}.available()))
      await open('${scheme}:lo').catch((error) => console.log(error.code, error.message))`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program])
    t.regex(String(stdout), /"ok":false,"reason":"needs CAP_NET_/, String(stderr))
    t.regex(String(stdout), /ERR_CAMIO_NO_PERMISSION .*CAP_NET_RAW/)
  })
}

between(`xdp: the program is there while a stream reads, and gone with the last one${why}`, async (t) => {
  const { a } = rooms(t)
  const writer = await opened(t, 'xdp', a, { mode: 'w' })
  t.false(programs(a))
  await writer.close()
  for (const attach of ['skb', 'native'] as const) {
    const stream = await opened(t, 'xdp', a, { attach })
    t.true(programs(a))
    await stream.close()
    t.false(programs(a))
  }
})

between(`xdp: a queue has one stream, an interface one filter${why}`, async (t) => {
  const { a, b } = rooms(t)
  cable(a, b, 'wide', 1500, 2)
  await opened(t, 'xdp', a, {}, 'wide')
  const fails = (options: string, code: string, message: RegExp) =>
    t.throwsAsync(open(`xdp:wide?netns=${a}&${options}`), { code, message })
  await fails('queue=0', 'ERR_CAMIO_ADDRESS_IN_USE', /queue is taken/)
  await fails('queue=99', 'ERR_CAMIO_NOT_FOUND', /no such queue/)
  await fails('queue=1&filter=udp:7000', 'ERR_CAMIO_ADDRESS_IN_USE', /another XDP program, filter or mode/)
})

between(`xdp: what fails after its socket, program or memory was there gives all of it back${why}`, async (t) => {
  const { a, b } = rooms(t)
  cable(a, b, 'large', 9000)
  const first = await opened(t, 'xdp', a, { share: 'given-back' })
  await first.close()
  const before = descriptors()
  const keeper = await opened(t, 'xdp', a, { share: 'given-back', filter: 'udp:7000' })
  const held = descriptors()
  const fails = async (options: string, code: string, name = 'large') => {
    await t.throwsAsync(open(`xdp:${name}?netns=${a}&${options}`), { code })
    t.is(descriptors(), held, options)
  }
  await fails('queue=99', 'ERR_CAMIO_NOT_FOUND')
  await fails('zerocopy=on', 'ERR_CAMIO_UNSUPPORTED')
  // Here it is bound, and has its program.
  await fails('share=given-back', 'ERR_CAMIO_BAD_OPTION')
  // The seat is free: another one may have it.
  await (await opened(t, 'xdp', b, { share: 'given-back' })).close()
  t.is(descriptors(), held)
  const { stdout } = spawnSync('ip', ['-n', a, '-d', 'link', 'show', 'large'])
  t.notRegex(String(stdout), /\bxdp/)
  await keeper.close()
  t.is(descriptors(), before)
})

// In the generic path veth does not say which queue a frame came in by.
between(`xdp: each queue of an interface has a stream of its own${why}`, async (t) => {
  const { a, b } = rooms(t)
  cable(a, b, 'wide', 1500, 2)
  const at = (netns: string, queue: number, share: string) =>
    opened(t, 'xdp', netns, { queue, share, attach: 'native' }, 'wide')
  const near = [await at(a, 0, 'near'), await at(a, 1, 'near')]
  const far = [await at(b, 0, 'far'), await at(b, 1, 'far')]
  for (let i = 0; i < 3; i++)
    for (const [queue, stream] of near.entries()) {
      await stream.write(frame(60 + 100 * queue + i))
      t.deepEqual(await next(far[queue]!), frame(60 + 100 * queue + i))
    }
  await far[0]!.close()
  await near[1]!.write(frame(77))
  t.deepEqual(await next(far[1]!), frame(77))
})

between(
  `xdp: zerocopy=on is an error where the driver cannot; auto takes what there is, and says so${why}`,
  async (t) => {
    const { a } = rooms(t)
    for (const attach of ['auto', 'native', 'skb']) {
      const uri = `xdp:camio0?netns=${a}&zerocopy=on&attach=${attach}`
      await t.throwsAsync(open(uri), { code: 'ERR_CAMIO_UNSUPPORTED' })
      for (const zerocopy of ['auto', 'off']) {
        const stream = (await opened(t, 'xdp', a, { zerocopy, attach })) as XdpStream
        t.deepEqual(stream.runs, { native: attach !== 'skb', zerocopy: false })
        await stream.close()
      }
    }
  },
)

between(
  `xdp: an interface that comes under the number of one that was removed has a program of its own${why}`,
  async (t) => {
    const { a, b } = rooms(t)
    const add = () => {
      ip('-n', b, 'link', 'add', 'again', 'index', '77', 'type', 'veth', 'peer', 'name', 'again', 'netns', a)
      for (const netns of [a, b]) ip('-n', netns, 'link', 'set', 'again', 'up')
    }
    add()
    const old = await opened(t, 'xdp', b, {}, 'again')
    ip('-n', b, 'link', 'del', 'again')
    await t.throwsAsync(old.read(), { code: 'ERR_CAMIO_PEER_LOST' })
    add()
    // The old stream is still open, and with it its program.
    const far = await opened(t, 'xdp', b, {}, 'again')
    const near = await opened(t, 'packet', a, {}, 'again')
    const reading = next(far)
    const sending = setInterval(() => near.write(frame(60)).catch(() => {}), 20)
    t.teardown(() => clearInterval(sending))
    t.deepEqual(await reading, frame(60))
  },
)
