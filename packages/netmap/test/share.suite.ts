/** Streams with one memory: frames change hands without a copy, and no buffer is lost or doubled. */
import { isCamioError, type PipeResult, pipe, type Stream } from '@camio/core'
import type { NetmapStream } from '@camio/netmap'
import test, { type ExecutionContext } from 'ava'
import { ends, frame, type Kind, next, opened, standsIn, turns, unique } from './support.js'

/** left -> (in, out) -> right: what comes in at `in` is piped to `out`. Two pipes of one name, whose memory both have; two switches. */
async function chain(t: ExecutionContext, kind: Kind, options: Readonly<Record<string, unknown>>) {
  const name = unique()
  const first = await ends(t, kind, options, name)
  const second = await ends(t, kind, options, kind === 'pipe' ? name : unique(), 2)
  return { left: first.near, source: first.far, sink: second.near, right: second.far }
}

async function through(
  t: ExecutionContext,
  { left, source, sink, right }: Awaited<ReturnType<typeof chain>>,
  lengths: readonly number[],
): Promise<PipeResult> {
  const enough = new AbortController()
  const piping = pipe(source, sink, { signal: enough.signal, end: false })
  for (const [i, length] of lengths.entries()) {
    await left.write(frame(length, i))
    const got = await next(right)
    if (i % 50 < 2) t.deepEqual(got, frame(length, i))
    else if (got.length !== length || got[20] !== frame(21, i)[20]) t.fail(`frame ${i}`)
  }
  enough.abort()
  return piping
}

const MANY = Array.from({ length: 3000 }, (_, i) => [60, 1514, 200][i % 3]!)
const LONG = Array.from({ length: 1000 }, (_, i) => [60, 9014, 2048, 5000][i % 4]!)

test.serial(
  'pipes of one name have one memory: what is piped between two of them is exchanged, not copied',
  async (t) => {
    const ways = await chain(t, 'pipe', { txSlots: 128, rxSlots: 128 })
    t.is(ways.source.granted.memory, ways.sink.granted.memory)
    t.is(ways.source.region, ways.sink.region)
    const { path, copies, messages } = await through(t, ways, MANY)
    t.deepEqual({ path, copies, messages }, { path: 'hand-over', copies: 0, messages: MANY.length })
  },
)

test.serial('frames of several slots are exchanged slot by slot', async (t) => {
  const ways = await chain(t, 'pipe', { mtu: 9000, txSlots: 128, rxSlots: 128 })
  const { path, messages } = await through(t, ways, LONG)
  t.deepEqual({ path, messages }, { path: 'hand-over', messages: LONG.length })
})

test.serial('ports of a switch have memory of their own: one copy', async (t) => {
  const ways = await chain(t, 'switch', {})
  t.not(ways.source.region, ways.sink.region)
  const { path, copies, messages } = await through(t, ways, MANY.slice(0, 500))
  t.deepEqual({ path, copies, messages }, { path: 'copy', copies: 500, messages: 500 })
})

test.serial('a sink that is full makes the source wait, and no frame is lost', async (t) => {
  const { left, source, sink, right } = await chain(t, 'pipe', { txSlots: 64, rxSlots: 64 })
  const enough = new AbortController()
  const piping = pipe(source, sink, { signal: enough.signal, end: false })
  let sent = 0
  for (let vain = 0; vain < 20; ) {
    if (left.tryWrite(frame(60, sent))) {
      sent++
      vain = 0
    } else {
      vain++
      await turns(2)
    }
  }
  t.true(sent > left.granted.tx.slots)
  let read = 0
  while (read < sent) {
    await right.readable()
    right.readBatch((bytes, offset) => {
      if (bytes[offset + 20] !== frame(21, read)[20]) t.fail(`frame ${read}`)
      read++
    })
  }
  enough.abort()
  t.is((await piping).messages, sent)
})

test.serial('keep(): a frame stays beyond its lease, in an extra buffer’s stead', async (t) => {
  const { near, far } = await ends(t, 'switch', { extra: 3 })
  const { extra } = far.granted
  t.true(extra > 0 && extra <= 3, `${extra} extra buffers`)
  t.throws(() => far.keep(), { code: 'ERR_CAMIO_MISUSE' })
  const kept = []
  for (let i = 0; i < extra; i++) {
    await near.write(frame(100, i))
    await far.read()
    kept.push(far.keep()!)
  }
  await near.write(frame(100, 3))
  await far.read()
  t.is(far.keep(), null)
  far.release()
  // Many times round the ring: nobody writes into them.
  for (let i = 0; i < 3 * far.granted.rx.slots; i++) {
    await near.write(frame(100, i))
    await next(far)
  }
  for (const [i, { bytes }] of kept.entries()) t.deepEqual(bytes.slice(), frame(100, i))
  for (const one of kept) one.free()
  kept[0]!.free()
  for (let i = 0; i < 10; i++) {
    await near.write(frame(100, i))
    await far.read()
    const one = far.keep()!
    t.deepEqual(one.bytes.slice(), frame(100, i))
    one.free()
  }
  await near.write(frame(100, 9))
  await far.read()
  // Closes with one kept: its buffer goes back all the same.
  t.not(far.keep(), null)
  await far.close()
})

test.serial('"@MEMORY" and memory= say which memory', async (t) => {
  const first = await opened(t, `vale:${unique()}:a`)
  const { memory } = first.granted
  const inIt: Array<[uri: string, options: Readonly<Record<string, unknown>>]> = [
    [`vale:${unique()}:b@${memory}`, {}],
    [`vale:${unique()}:c`, { memory }],
  ]
  for (const [uri, options] of inIt) {
    try {
      const other = await opened(t, uri, { ...options, txSlots: 64, rxSlots: 64 })
      t.is(other.granted.memory, memory)
      t.is(other.region as object, first.region)
    } catch (error) {
      // A switch's port has a memory of its own size: there need not be room for more.
      if (standsIn || !isCamioError(error, 'ERR_CAMIO_NO_SPACE')) throw error
      t.log(error.message)
    }
  }
  await t.throwsAsync(opened(t, `vale:${unique()}:d@60000`), { code: 'ERR_CAMIO_BAD_OPTION', message: /memory/ })
})

test.serial('a bridge between a pipe and a switch copies each frame once, both ways', async (t) => {
  const one = await ends(t, 'pipe')
  const two = await ends(t, 'switch')
  const enough = new AbortController()
  const options = { signal: enough.signal, end: false }
  const piping = [pipe(one.far, two.near, options), pipe(two.near, one.far, options)]
  const ways: Array<[Stream, NetmapStream]> = [
    [one.near, two.far],
    [two.far, one.near],
  ]
  for (const [from, to] of ways) {
    await from.write(frame(333))
    t.deepEqual(await next(to), frame(333))
  }
  enough.abort()
  t.deepEqual(
    (await Promise.all(piping)).map(({ copies }) => copies),
    [1, 1],
  )
})
