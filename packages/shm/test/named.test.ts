/** Named rings: who comes first, who ends, who may not. */
import { listen, open, type Stream } from '@camio/core'
import { Interest } from '@camio/core/spi'
import '@camio/shm'
import test from 'ava'
import { type Binding, NO_MEMORY, native } from '../dist/binding.js'
import { decodeHello, encodeHello, type Hello, helloRoom, Kind } from '../dist/link/hello.js'
import { left, leftAtLast } from './support/left.js'
import { freshName } from './support/names.js'
import { stamped } from './support/stamp.js'
import { discard, turn } from './support/streams.js'

const LOSSY = { policy: 'drop-oldest', capacity: '4KiB' } as const

function binding(): Binding {
  return native.loaded.binding!
}

function socketName(uri: string): string {
  return uri.replace('shm:', 'camio-shm/')
}

async function take(stream: Stream): Promise<number[] | null> {
  const lease = await stream.read()
  if (lease === null) return null
  const copy = [...lease]
  stream.release()
  return copy
}

test('strict: a writer that comes first waits for the reader', async (t) => {
  const name = freshName()
  const opening = open(name, { mode: 'w', waitFor: '20s' })
  await turn()
  const reader = await open(name, { mode: 'r' })
  const writer = await opening
  await writer.write(Uint8Array.of(1, 2))
  t.deepEqual(await take(reader), [1, 2])
  await discard(reader, writer)
})

test('lossy: a reader that comes first waits for the writer', async (t) => {
  const name = freshName()
  const opening = open(name, { mode: 'r', ...LOSSY, waitFor: '20s' })
  await turn()
  const writer = await open(name, { mode: 'w', ...LOSSY })
  const reader = await opening
  await writer.write(Uint8Array.of(1, 2))
  t.deepEqual(await take(reader), [1, 2])
  await discard(reader, writer)
})

test('waiting for somebody to come can be aborted, and ends with wait-for', async (t) => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const opening = open(freshName(), { mode: 'w', waitFor: '1h', signal: controller.signal })
  controller.abort(reason)
  t.is(await t.throwsAsync(opening), reason)
  await t.throwsAsync(open(freshName(), { mode: 'w', waitFor: '30ms' }), { code: 'ERR_CAMIO_NOT_FOUND' })
})

test('without wait-for nobody is an immediate error', async (t) => {
  await t.throwsAsync(open(freshName(), { mode: 'w' }), { code: 'ERR_CAMIO_NOT_FOUND' })
  await t.throwsAsync(open(freshName(), { mode: 'r', ...LOSSY }), { code: 'ERR_CAMIO_NOT_FOUND' })
  await t.throwsAsync(open(freshName()), { code: 'ERR_CAMIO_NOT_FOUND' })
})

test('strict: it ends when the last writer has ended, and gives its name back', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r' })
  const [first, second] = [await open(name, { mode: 'w' }), await open(name, { mode: 'w' })]
  await first.write(Uint8Array.of(1))
  await first.end()
  t.deepEqual(await take(reader), [1])
  t.is(reader.tryRead(), null)
  t.false(reader.ended)
  await second.write(Uint8Array.of(2))
  await second.close()
  t.deepEqual(await take(reader), [2])
  t.is(await reader.read(), null)
  t.true(reader.ended)
  await t.throwsAsync(open(name, { mode: 'w' }), { code: 'ERR_CAMIO_NOT_FOUND' })
  await discard(first, reader)
})

test('strict: with stay it goes on after the last writer has ended', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r', stay: true })
  for (let i = 0; i < 3; i++) {
    const writer = await open(name, { mode: 'w' })
    await writer.write(Uint8Array.of(i))
    await writer.close()
    t.deepEqual(await take(reader), [i])
    await turn()
    t.is(reader.tryRead(), null)
    t.false(reader.ended)
  }
  await reader.close()
})

test('strict: a reader that closes is an error for its writers', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r' })
  const writer = await open(name, { mode: 'w' })
  await writer.write(Uint8Array.of(1))
  await reader.close()
  await t.throwsAsync(
    async () => {
      for (;;) await Promise.all([writer.write(Uint8Array.of(1)), turn()])
    },
    { code: 'ERR_CAMIO_RESET' },
  )
  await writer.close()
})

test('strict: each writer has its turn, however much another one has to say', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r' })
  const writers = await Promise.all([0, 1, 2].map(() => open(name, { mode: 'w' })))
  for (const [i, writer] of writers.entries()) {
    for (let n = 0; n < 1000; n++) writer.tryWrite(Uint8Array.of(i))
    writer.tryFlush()
  }
  const seen: number[] = []
  while (seen.length < 300) seen.push((await take(reader))![0]!)
  t.deepEqual(
    [0, 1, 2].map((i) => seen.filter((id) => id === i).length),
    [100, 100, 100],
  )
  const batch = new Set<number>()
  reader.readBatch((bytes, offset) => void batch.add(bytes[offset]!), 300)
  t.is(batch.size, 3)
  await discard(reader, ...writers)
})

test('a reader that waits is woken by a writer that comes later', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r' })
  const reading = take(reader)
  await turn()
  const writer = await open(name, { mode: 'w' })
  await turn()
  await writer.write(Uint8Array.of(9))
  t.deepEqual(await reading, [9])
  await writer.close()
  t.is(await take(reader), null)
  await reader.close()
})

test('a name that is taken is ERR_CAMIO_ADDRESS_IN_USE, whoever has it', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r' })
  const taken = { code: 'ERR_CAMIO_ADDRESS_IN_USE' }
  await t.throwsAsync(open(name, { mode: 'r' }), taken)
  await t.throwsAsync(open(name, { mode: 'w', ...LOSSY }), taken)
  await t.throwsAsync(listen(name), taken)
  await reader.close()
  await (await open(name, { mode: 'w', ...LOSSY })).close()
})

test('a name that is shared in another way is refused, and the error says how', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r' })
  await t.throwsAsync(open(name), { code: 'ERR_CAMIO_REFUSED', message: /strict ring/ })
  await t.throwsAsync(open(name, { mode: 'r', ...LOSSY }), { code: 'ERR_CAMIO_REFUSED', message: /strict ring/ })
  await reader.close()
  const writer = await open(name, { mode: 'w', ...LOSSY })
  await t.throwsAsync(open(name, { mode: 'w' }), { code: 'ERR_CAMIO_REFUSED', message: /lossy ring/ })
  await writer.close()
  const listener = await listen(name)
  await t.throwsAsync(open(name, { mode: 'r', ...LOSSY }), { code: 'ERR_CAMIO_REFUSED', message: /listened on/ })
  await listener.close()
})

test('peers= bounds how many are connected; the next one waits', async (t) => {
  const name = freshName()
  const writer = await open(name, { mode: 'w', peers: 2, ...LOSSY })
  const readers = [await open(name, { mode: 'r', ...LOSSY }), await open(name, { mode: 'r', ...LOSSY })]
  await t.throwsAsync(open(name, { mode: 'r', connectTimeout: '50ms', ...LOSSY }), { code: 'ERR_CAMIO_TIMEOUT' })
  const third = open(name, { mode: 'r', ...LOSSY })
  await readers[0]!.close()
  await discard(writer, readers[1]!, await third)
})

test('a listener of mode=r reads only, and refuses who would read too', async (t) => {
  const listener = await listen(freshName(), { mode: 'r' })
  const [near, far] = await Promise.all([open(listener.uri), listener.accept()])
  t.deepEqual([near.features.readable, near.features.writable], [false, true])
  t.deepEqual([far.features.readable, far.features.writable], [true, false])
  await near.write(Uint8Array.of(5))
  t.deepEqual(await take(far), [5])
  await t.throwsAsync(open(listener.uri, { mode: 'r' }), { code: 'ERR_CAMIO_REFUSED', message: /neither end/ })
  await near.close()
  t.is(await take(far), null)
  await Promise.all([far.close(), listener.close()])
})

test('backlog= bounds how many streams wait to be accepted; the next one is let in when there is room', async (t) => {
  const listener = await listen(freshName(), { backlog: 1 })
  const first = await open(listener.uri)
  const second = open(listener.uri)
  await t.throwsAsync(open(listener.uri, { connectTimeout: '50ms' }), { code: 'ERR_CAMIO_TIMEOUT' })
  const accepted = [await listener.accept()]
  const streams = [first, await second]
  accepted.push(await listener.accept())
  await discard(...streams, ...accepted)
  await listener.close()
})

test('a batch ends though the writer of empty messages does not', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r', capacity: '4KiB' })
  const writer = await open(name, { mode: 'w' })
  const write = () => {
    writer.tryWrite(new Uint8Array(0))
    writer.tryFlush()
  }
  write()
  const count = reader.readBatch(write)
  t.true(count > 0 && count <= 65_536)
  await discard(reader, writer)
})

test('options that mean nothing are refused by name', async (t) => {
  await t.throwsAsync(open(freshName(), { policy: 'strict' }), { code: 'ERR_CAMIO_BAD_OPTION', message: /"policy"/ })
  await t.throwsAsync(listen(freshName(), { stay: true }), { code: 'ERR_CAMIO_BAD_OPTION', message: /"stay"/ })
  for (const options of ['wait-for=1s', 'owner=any', 'connect-timeout=1s', 'peers=3', 'policy=strict', 'group=1']) {
    const message = new RegExp(`"${options.split('=')[0]}"`)
    await t.throwsAsync(listen(`${freshName()}?${options}`), { code: 'ERR_CAMIO_BAD_OPTION', message })
  }
  const meaningless = {
    'mode=rw': ['stay=1', 'backlog=3', 'peers=3', 'perm=0666', 'group=1'],
    'mode=r': ['backlog=3', 'group=1'],
    'mode=w': ['stay=1', 'backlog=3', 'peers=3', 'perm=0666', 'group=1'],
    'mode=w&policy=drop-oldest': ['stay=1', 'wait-for=1s', 'connect-timeout=1s', 'owner=any', 'backlog=3'],
    'mode=r&policy=drop-oldest': ['stay=1', 'backlog=3', 'peers=3', 'perm=0666'],
  }
  for (const [use, all] of Object.entries(meaningless)) {
    for (const options of all) {
      const message = new RegExp(`"${options.split('=')[0]}"`)
      await t.throwsAsync(open(`${freshName()}?${use}&${options}`), { code: 'ERR_CAMIO_BAD_OPTION', message })
    }
  }
  await t.throwsAsync(listen(freshName(), { capacity: 5000 }), {
    code: 'ERR_CAMIO_BAD_OPTION',
    message: /power of two/,
  })
  await t.throwsAsync(listen('shm:'), { code: 'ERR_CAMIO_BAD_URI' })
  await t.throwsAsync(listen(`shm:${'x'.repeat(200)}`), { code: 'ERR_CAMIO_BAD_URI' })
})

test('strict: the end comes though somebody said nothing, as soon as he is gone', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r' })
  const writer = await open(name, { mode: 'w' })
  const silent = binding().connect(socketName(name))
  await turn()
  const reading = reader.read()
  await writer.close()
  for (let i = 0; i < 20; i++) await turn()
  t.false(reader.ended)
  binding().close(silent, false)
  t.is(await reading, null)
  t.true(reader.ended)
  await reader.close()
})

test('strict: a writer that leaves makes room for the next one, however busy others are', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r', capacity: '4KiB', peers: 2 })
  const busy = await open(name, { mode: 'w' })
  let stopped = false
  const chatter = (async () => {
    while (!stopped) {
      for (let i = 0; i < 10; i++) busy.tryWrite(Uint8Array.of(0))
      busy.tryFlush()
      for (let i = 0; i < 5 && reader.tryRead() !== null; i++) reader.release()
      await turn()
    }
  })()
  const ended: Stream[] = []
  for (let i = 0; i < 6; i++) {
    const writer = await open(name, { mode: 'w', connectTimeout: '5s' })
    await writer.write(Uint8Array.of(1))
    await writer.end()
    // Also one that keeps its end open.
    if (i % 2 === 0) await writer.close()
    else ended.push(writer)
  }
  stopped = true
  await chatter
  t.false(reader.ended)
  await discard(busy, reader, ...ended)
})

test('strict: who died before the reader looks is noticed when it looks', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r' })
  const socket = binding().connect(socketName(name))
  const hello = { status: 0, kind: Kind.STRICT, reads: false, writes: true, length: 0, position: 0, sequence: 0 }
  binding().sendHello(socket, encodeHello(hello), NO_MEMORY)
  const words = helloRoom()
  while (binding().receiveHello(socket, words) !== 1) await turn()
  binding().releaseMemory((decodeHello(words) as Hello).memory)
  binding().close(socket, false)
  for (let i = 0; i < 20; i++) await turn()
  t.true(reader.arm(Interest.READ))
  t.throws(() => reader.tryRead(), { code: 'ERR_CAMIO_PEER_LOST' })
  await reader.close()
})

test('strict: a batch under one lease is what was there when it was asked for', async (t) => {
  const name = freshName()
  const reader = await open(name, { mode: 'r' })
  const writer = await open(name, { mode: 'w' })
  for (let i = 0; i < 5; i++) writer.tryWrite(Uint8Array.of(i))
  writer.tryFlush()
  // An endless supply: each look at a message publishes another one.
  const ring = reader as unknown as { members: { ring: { view(): Uint8Array } }[] }
  const { ring: first } = ring.members[0]!
  const view = first.view.bind(first)
  first.view = () => {
    writer.tryWrite(Uint8Array.of(9))
    writer.tryFlush()
    return view()
  }
  t.is(reader.tryReadBatch(Infinity)!.length, 5)
  await discard(reader, writer)
})

test('lossy: a lease is a whole message, whatever is overwritten meanwhile, and what was lost is counted', async (t) => {
  const name = freshName()
  const writer = await open(name, { mode: 'w', ...LOSSY })
  const reader = await open(name, { mode: 'r', ...LOSSY })
  writer.tryWrite(stamped(100, 0, 0))
  await reader.readable()
  const lease = reader.tryRead()!
  for (let i = 1; i <= 500; i++) writer.tryWrite(stamped(100, 0, i))
  writer.tryFlush()
  t.deepEqual(lease, stamped(100, 0, 0))
  t.true(reader.release())
  t.is(reader.stats.read.overruns, 0)
  const seen = reader.readBatch(() => {})
  t.true(seen < 500)
  t.is(seen + reader.stats.read.overruns, 500)
  t.is(reader.stats.read.messages, seen + 1)
  t.false(reader.features.reliable)
  t.true(reader.features.overrun)
  t.is(reader.features.delivery, 'each')
  await discard(writer, reader)
})

test('lossy: a reader that scribbles over its lease harms itself alone', async (t) => {
  const name = freshName()
  const writer = await open(name, { mode: 'w', ...LOSSY })
  const [mad, sane] = [await open(name, { mode: 'r', ...LOSSY }), await open(name, { mode: 'r', ...LOSSY })]
  await writer.write(Uint8Array.of(1, 2, 3))
  const lease = await mad.read()
  new Uint8Array(lease!.buffer).fill(255)
  mad.release()
  t.deepEqual(await take(sane), [1, 2, 3])
  t.is(writer.claimBytes[4096 + 8], 1)
  await discard(writer, mad, sane)
})

test('lossy: a reader that decodes in place gets later messages whole all the same', async (t) => {
  const name = freshName()
  const lossy = { policy: 'drop-oldest', capacity: '64KiB' } as const
  const writer = await open(name, { mode: 'w', ...lossy })
  const reader = await open(name, { mode: 'r', ...lossy })
  for (let value = 1; value < 40; value++) {
    writer.tryWrite(new Uint8Array(12_000).fill(value))
    writer.tryFlush()
    if (value % 2 === 1) {
      const lease = reader.tryRead()!
      t.true(lease.every((byte) => byte === value))
      lease.fill(99)
      t.true(reader.release())
    } else {
      const read = reader.readBatch((bytes, offset, length) => {
        t.true(bytes.subarray(offset, offset + length).every((byte) => byte === value))
        bytes.fill(99, offset, offset + length)
      })
      t.is(read, 1)
    }
  }
  await discard(reader, writer)
})

test('lossy: who opens after the end, and before the writer closes, finds the end', async (t) => {
  const name = freshName()
  const writer = await open(name, { mode: 'w', ...LOSSY })
  await writer.write(Uint8Array.of(1))
  await writer.end()
  const reader = await open(name, { mode: 'r', ...LOSSY })
  t.is(await take(reader), null)
  await writer.close()
  await t.throwsAsync(open(name, { mode: 'r', ...LOSSY }), { code: 'ERR_CAMIO_NOT_FOUND' })
  await reader.close()
})

test.serial('nothing is left of streams that were closed, whatever they were doing', async (t) => {
  const before = await leftAtLast()
  for (let i = 0; i < 20; i++) {
    const name = freshName()
    const reader = await open(name, { mode: 'r', capacity: '4KiB' })
    const writers = await Promise.all([1, 2, 3].map(() => open(name, { mode: 'w' })))
    writers[0]!.tryClaim(10)
    writers[1]!.tryWrite(Uint8Array.of(1))
    await turn()
    reader.tryRead()
    await discard(reader, ...writers)
    const writer = await open(name, { mode: 'w', ...LOSSY })
    const readers = await Promise.all([1, 2, 3].map(() => open(name, { mode: 'r', ...LOSSY })))
    await discard(writer, ...readers)
    const { sockets, memories } = left()
    t.deepEqual({ sockets, memories }, { sockets: before.sockets, memories: before.memories })
  }
  t.deepEqual(await leftAtLast(), before)
})
