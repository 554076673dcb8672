/** Who waits is woken by what it waits for, and by nothing else. */
import { open, type Stream } from '@camio/core'
import '@camio/shm'
import test, { type ExecutionContext } from 'ava'
import { freshName } from './support/names.js'
import { discard, pair, turn } from './support/streams.js'

interface Ends {
  readonly writer: Stream
  readonly reader: Stream
}

const KINDS: Readonly<Record<string, () => Promise<Ends>>> = {
  async duplex() {
    const { near, far } = await pair({ capacity: '4KiB' })
    return { writer: near, reader: far }
  },
  async strict() {
    const name = freshName()
    const reader = await open(name, { mode: 'r', capacity: '4KiB' })
    return { reader, writer: await open(name, { mode: 'w' }) }
  },
  async lossy() {
    const name = freshName()
    const lossy = { policy: 'drop-oldest', capacity: '4KiB' } as const
    const writer = await open(name, { mode: 'w', ...lossy })
    return { writer, reader: await open(name, { mode: 'r', ...lossy }) }
  },
}

/** Turns that are enough for a bell to be heard. */
async function turns(): Promise<void> {
  for (let i = 0; i < 20; i++) await turn()
}

async function staysAsleep(t: ExecutionContext, waiting: Promise<void>): Promise<void> {
  let woken = false
  void waiting.then(() => {
    woken = true
  })
  await turns()
  t.false(woken)
}

for (const [kind, make] of Object.entries(KINDS)) {
  test(`${kind}: who begins to wait inside a batch is told of what the batch leaves`, async (t) => {
    const { reader, writer } = await make()
    for (let i = 0; i < 3; i++) writer.tryWrite(Uint8Array.of(i))
    writer.tryFlush()
    let waiting: Promise<void> | undefined
    const batch = () =>
      reader.readBatch(() => {
        waiting = reader.readable()
        return false
      })
    t.is(batch(), 1)
    await waiting
    t.throws(
      () =>
        reader.readBatch(() => {
          waiting = reader.readable()
          throw new Error('the handler gives up')
        }),
      { message: 'the handler gives up' },
    )
    await waiting
    t.deepEqual([...reader.tryRead()!], [2])
    reader.release()
    await discard(reader, writer)
  })

  test(`${kind}: a claim at the ring's end that is cancelled wakes nobody, and leaves nothing unread`, async (t) => {
    const { reader, writer } = await make()
    // The next 900 bytes do not fit before the ring's end.
    for (let i = 0; i < 4; i++) {
      await writer.write(new Uint8Array(900))
      t.is((await reader.read())!.length, 900)
      reader.release()
    }
    reader.tryFlush()
    const waiting = reader.readable()
    t.is(writer.tryClaim(900)!.length, 900)
    writer.tryFlush()
    writer.cancel()
    writer.tryFlush()
    await staysAsleep(t, waiting)
    // And the claim after it is a message as any other.
    t.true(writer.tryWrite(new Uint8Array(901).fill(7)))
    writer.tryFlush()
    await waiting
    t.deepEqual([...reader.tryRead()!], Array(901).fill(7))
    reader.release()
    await discard(reader, writer)
  })
}

test('a cancelled claim at the ring’s end is nothing that a closing reader leaves unread', async (t) => {
  const { near, far } = await pair({ capacity: '4KiB' })
  for (let i = 0; i < 3; i++) {
    await near.write(new Uint8Array(1000))
    await far.read()
    far.release()
  }
  far.tryFlush()
  near.tryClaim(1500)
  near.cancel()
  await near.end()
  await far.close()
  t.is(await near.read(), null)
  t.true(near.ended)
  await near.close()
})

test('who waits for much room, and is then refused little, is woken by little', async (t) => {
  const { near, far } = await pair({ capacity: '4KiB' })
  while (near.tryWrite(new Uint8Array(92)));
  t.is(near.tryClaim(2000), null)
  const much = near.writable()
  await turns()
  t.is(near.tryClaim(60), null)
  const little = near.writable()
  for (let i = 0; i < 3; i++) {
    await far.read()
    far.release()
  }
  await Promise.all([much, little])
  t.is(near.tryClaim(60)!.length, 60)
  await discard(near, far)
})

test('who waits for room is told when a smaller message found some', async (t) => {
  const { near, far } = await pair({ capacity: '4KiB' })
  while (near.tryWrite(new Uint8Array(92)));
  t.is(near.tryClaim(2000), null)
  const waiting = near.writable()
  for (let i = 0; i < 3; i++) {
    await far.read()
    far.release()
  }
  far.tryFlush()
  await staysAsleep(t, waiting)
  // From now on one byte of room is what writable() stands for.
  t.true(near.tryWrite(Uint8Array.of(1)))
  await waiting
  await discard(near, far)
})
