/** Streams of `xdp:` that share memory: a pipe between two interfaces moves no byte. */
import { explain, pipe } from '@camio/core'
import type { XdpStream } from '@camio/xdp'
import test from 'ava'
import { cable, missing } from './namespaces.js'
import { EXPERIMENT, frame, next, opened, rooms, why } from './support.js'

const between = missing === null ? test.serial : test.serial.skip

for (const attach of ['skb', 'native'])
  for (const mtu of [1500, 9000])
    between(`a pipe between two interfaces hands frames over, MTU ${mtu}, attach=${attach}${why}`, async (t) => {
      const { a, b } = rooms(t, mtu, 2)
      const sharing = { share: `bridge-${attach}-${mtu}`, attach, rx: 64, tx: 64 }
      const [left, right] = [await opened(t, 'xdp', a, {}, 'camio0'), await opened(t, 'xdp', a, {}, 'camio1')]
      const source = (await opened(t, 'xdp', b, sharing, 'camio0')) as XdpStream
      const sink = (await opened(t, 'xdp', b, sharing, 'camio1')) as XdpStream
      t.is(source.region, sink.region)
      const { share } = sharing
      t.is((await explain(`xdp:camio0?share=${share}`, `xdp:camio1?share=${share}`)).path, 'hand-over')
      t.is((await explain(source, sink)).path, 'hand-over')
      t.is(source.runs.native, attach === 'native')
      const enough = new AbortController()
      const piping = pipe(source, sink, { signal: enough.signal })
      // Many times what the memory holds: chunks come home.
      const rounds = 2000
      const largest = mtu === 1500 ? 1514 : 9014
      for (let i = 0; i < rounds; i++) {
        const length = i % 2 === 0 ? 60 : largest
        await left.write(frame(length, EXPERIMENT, i))
        const got = await next(right)
        if (i % 100 < 2) t.deepEqual(got, frame(length, EXPERIMENT, i))
        else if (got.length !== length) t.fail(`${got.length} bytes came of ${length}`)
      }
      enough.abort()
      const { path, copies, messages } = await piping
      t.is(path, 'hand-over')
      t.is(messages, rounds)
      // What comes in several pieces is put together for the reader's lease.
      t.is(copies, mtu === 1500 ? 0 : rounds / 2)
    })

between(`a pipe between two queues of one interface hands frames over${why}`, async (t) => {
  const { a, b } = rooms(t)
  cable(a, b, 'wide', 1500, 2)
  const at = (netns: string, queue: number) =>
    opened(t, 'xdp', netns, { queue, share: `queues-${netns}`, attach: 'native', rx: 64, tx: 64 }, 'wide')
  const left = [await at(a, 0), await at(a, 1)]
  const right = [await at(b, 0), await at(b, 1)]
  const enough = new AbortController()
  const piping = pipe(right[0]!, right[1]!, { signal: enough.signal })
  for (let i = 0; i < 500; i++) {
    await left[0]!.write(frame(60 + i, EXPERIMENT, i))
    t.deepEqual(await next(left[1]!), frame(60 + i, EXPERIMENT, i))
  }
  enough.abort()
  const { path, copies, messages } = await piping
  t.deepEqual({ path, copies, messages }, { path: 'hand-over', copies: 0, messages: 500 })
})

between(`streams that are opened at once share the memory; one that is too large is refused${why}`, async (t) => {
  const { a } = rooms(t, 1500, 2)
  const sharing = { share: 'at-once', rx: 64, tx: 64 }
  const [one, other] = await Promise.all(['camio0', 'camio1'].map((name) => opened(t, 'xdp', a, sharing, name)))
  t.is((one as XdpStream).region, (other as XdpStream).region)
  const large = { share: 'large', rx: 32_768, tx: 32_768, streams: 16 }
  await t.throwsAsync(opened(t, 'xdp', a, large), { code: 'ERR_CAMIO_BAD_OPTION', message: /4 GiB/ })
})

between(`either may close first; what is left goes on, and the seat is free again${why}`, async (t) => {
  const { a, b } = rooms(t, 1500, 3)
  const sharing = { share: 'seats', rx: 64, tx: 64 }
  const first = await opened(t, 'xdp', b, sharing, 'camio0')
  const second = await opened(t, 'xdp', b, sharing, 'camio1')
  await t.throwsAsync(opened(t, 'xdp', b, sharing, 'camio2'), { code: 'ERR_CAMIO_BAD_OPTION', message: /2 streams/ })
  await t.throwsAsync(opened(t, 'xdp', b, { ...sharing, rx: 128 }, 'camio2'), {
    code: 'ERR_CAMIO_BAD_OPTION',
    message: /rx=64/,
  })
  await first.close()
  const third = await opened(t, 'xdp', b, sharing, 'camio2')
  for (const [name, stream] of [
    ['camio1', second],
    ['camio2', third],
  ] as const) {
    const far = await opened(t, 'xdp', a, {}, name)
    for (let i = 0; i < 200; i++) {
      await far.write(frame(60 + i))
      t.deepEqual(await next(stream), frame(60 + i))
      await stream.write(frame(61 + i))
      t.deepEqual(await next(far), frame(61 + i))
    }
  }
})

between(
  `a frame that was there when its stream closed, and that nobody read, costs the seat nothing${why}`,
  async (t) => {
    const { a, b } = rooms(t)
    const sharing = { share: 'unread', rx: 64, tx: 64 }
    // Keeps the memory.
    await opened(t, 'xdp', a, sharing)
    const near = await opened(t, 'packet', a, { mode: 'w' })
    for (let i = 0; i < 70; i++) {
      const far = await opened(t, 'xdp', b, sharing)
      await near.write(frame(60, EXPERIMENT, i))
      await far.readable()
      if (i === 69) t.deepEqual(await next(far), frame(60, EXPERIMENT, i))
      await far.close()
    }
  },
)

between(`what a closed stream lent or had claimed is nobody else's, and the seat works${why}`, async (t) => {
  const { a, b } = rooms(t)
  const sharing = { share: 'stale', rx: 64, tx: 64 }
  // Keeps the memory.
  const other = await opened(t, 'xdp', a, sharing)
  const near = await opened(t, 'packet', a, { mode: 'w' })
  const closed = await opened(t, 'xdp', b, sharing)
  await near.write(frame(200))
  const lease = (await closed.read())!
  const claim = closed.tryClaim(100)!
  await closed.close()
  const again = await opened(t, 'xdp', b, sharing)
  t.true(closed.release())
  claim.fill(7)
  for (let i = 0; i < 300; i++) {
    await near.write(frame(300, 0x88b5, i))
    t.deepEqual(await next(again), frame(300, 0x88b5, i))
    await again.write(frame(300, 0x88b5, i))
    t.deepEqual(await next(other), frame(300, 0x88b5, i))
  }
  t.deepEqual(lease, frame(200))
  t.true(claim.every((byte) => byte === 7))
})
