/** Frames over pipes and switches: sizes, tags, several slots, several rings, who gets what. */
import test from 'ava'
import { ends, frame, KINDS, next, opened, tagged, turns, unique } from './support.js'

for (const kind of KINDS) {
  test.serial(`${kind}: frames of one slot, of every size, tagged or not, arrive as they were`, async (t) => {
    const { near, far } = await ends(t, kind)
    t.is(near.maxClaim, 1518)
    for (const length of [14, 15, 59, 60, 64, 1500, 1514, 1518]) {
      await near.write(frame(length, length))
      t.deepEqual(await next(far), frame(length, length), `${length} bytes`)
    }
    await near.write(tagged(frame(1514), 42))
    t.deepEqual(await next(far), tagged(frame(1514), 42))
    t.is(far.stats.read.copies, 0)
    t.throws(() => near.tryClaim(1519), { code: 'ERR_CAMIO_TOO_LARGE' })
    t.throws(() => near.tryClaim(13), { code: 'ERR_CAMIO_MISUSE' })
  })

  test.serial(`${kind}: an MTU of 9000: frames of several slots arrive whole`, async (t) => {
    const { near, far } = await ends(t, kind, { mtu: 9000 })
    t.is(near.maxClaim, 9018)
    const { buffer } = near.granted
    for (const length of [60, buffer - 1, buffer, buffer + 1, 2 * buffer, 2 * buffer + 1, 9014, 9018]) {
      await near.write(frame(length, length))
      t.deepEqual(await next(far), frame(length, length), `${length} bytes`)
    }
    // Where in the ring a frame begins does not matter: past its end as well.
    for (let i = 0; i < 3 * near.granted.tx.slots; i++) {
      await near.write(frame(9014, i))
      const got = await next(far)
      if (i % 50 === 0) t.deepEqual(got, frame(9014, i))
      else if (got.length !== 9014 || got[20] !== frame(21, i)[20]) t.fail(`frame ${i}`)
    }
  })

  test.serial(`${kind}: batches of frames of several slots, short and long mixed, keep their order`, async (t) => {
    const { near, far } = await ends(t, kind, { mtu: 4000, txSlots: 128, rxSlots: 128 })
    const lengths = Array.from({ length: 1000 }, (_, i) => [60, 4014, 2048, 100][i % 4]!)
    const got: number[] = []
    let sent = 0
    while (got.length < lengths.length) {
      // A switch drops what finds no room: no more than fits.
      sent += near.writeBatch(
        (bytes, offset, _room, i) => {
          bytes.set(frame(lengths[sent + i]!, sent + i), offset)
          return lengths[sent + i]!
        },
        4018,
        Math.min(20, lengths.length - sent),
      )
      near.tryFlush()
      await far.readable()
      far.readBatch((bytes, offset, length) => {
        const want = frame(length, got.length)
        if (!want.every((byte, i) => byte === bytes[offset + i])) t.fail(`frame ${got.length}`)
        got.push(length)
      })
    }
    t.deepEqual(got, lengths)
  })

  test.serial(`${kind}: a ring goes round many times`, async (t) => {
    const { near, far } = await ends(t, kind, { txSlots: 64, rxSlots: 64 })
    t.is(near.granted.tx.rings, 1)
    let read = 0
    for (let sent = 0; sent < 300 * near.granted.tx.slots; ) {
      sent += near.writeBatch((bytes, offset) => bytes.set(frame(60, read), offset), 60, 30)
      near.tryFlush()
      while (read < sent) {
        await far.readable()
        read += far.readBatch(() => {})
      }
    }
    t.is(read, near.stats.write.messages)
    // Once a batch, not once a frame.
    t.true(near.stats.write.systemCalls < read / 5)
  })

  test.serial(`${kind}: "/R" only reads, "/T" only writes, and mode does the same`, async (t) => {
    const name = unique()
    const [a, b] = kind === 'pipe' ? [`netmap:${name}{1`, `netmap:${name}}1`] : [`vale:${name}:a`, `vale:${name}:b`]
    const reader = await opened(t, kind === 'pipe' ? a : `${a}/R`, kind === 'pipe' ? { mode: 'r' } : {})
    const writer = await opened(t, kind === 'pipe' ? b : `${b}/T`, kind === 'pipe' ? { mode: 'w' } : {})
    t.deepEqual([reader.features.readable, reader.features.writable], [true, false])
    t.deepEqual([writer.features.readable, writer.features.writable], [false, true])
    await writer.write(frame(60))
    t.deepEqual(await next(reader), frame(60))
    t.throws(() => reader.tryClaim(60), { code: 'ERR_CAMIO_NOT_WRITABLE' })
    t.throws(() => writer.tryRead(), { code: 'ERR_CAMIO_NOT_READABLE' })
  })
}

test.serial('pipe: its writer waits for its reader, and nothing is lost', async (t) => {
  const { near, far } = await ends(t, 'pipe', { txSlots: 64, rxSlots: 64 })
  let sent = 0
  while (near.tryWrite(frame(60, sent))) sent++
  t.is(sent, near.granted.tx.slots - 1)
  const room = near.writable()
  t.is(
    far.readBatch(() => {}, 10),
    10,
  )
  await room
  t.true(near.tryWrite(frame(60, sent)))
  await near.flush()
  const seeds: number[] = []
  const left = sent + 1 - 10
  while (seeds.length < left) {
    await far.readable()
    far.readBatch((bytes, offset) => void seeds.push(bytes[offset + 14]!))
  }
  t.deepEqual(
    seeds,
    Array.from({ length: left }, (_, i) => (14 * 7 + i + 10) & 0xff),
  )
  t.is(near.stats.write.overruns, 0)
})

test.serial('pipe: what was sent before the other end was opened is kept', async (t) => {
  const name = unique()
  const near = await opened(t, `netmap:${name}{1`)
  await near.write(frame(60))
  await near.flush()
  t.deepEqual(await next(await opened(t, `netmap:${name}}1`)), frame(60))
})

test.serial('pipe: an end that is opened again goes on where it was', async (t) => {
  const { near, far } = await ends(t, 'pipe', {}, `${unique()}r`)
  await near.write(frame(60, 1))
  t.deepEqual(await next(far), frame(60, 1))
  await turns()
  await near.close()
  const again = await opened(t, near.uri)
  for (let i = 0; i < 3000; i++) {
    await again.write(frame(60, i))
    const got = await next(far)
    if (got[20] !== frame(60, i)[20]) t.fail(`frame ${i}`)
  }
  t.pass()
})

test.serial('switch: learns who is where; floods what it does not know, to all but the sender', async (t) => {
  const name = unique()
  const [a, b, c] = [
    await opened(t, `vale:${name}:a`),
    await opened(t, `vale:${name}:b`),
    await opened(t, `netmap:vale${name}:c`),
  ]
  await b.write(frame(60, 1, { from: 2, to: 0xff }))
  for (const other of [a, c]) t.deepEqual(await next(other), frame(60, 1, { from: 2, to: 0xff }))
  await a.write(frame(60, 2, { from: 1, to: 2 }))
  t.deepEqual(await next(b), frame(60, 2, { from: 1, to: 2 }))
  await a.write(frame(60, 3, { from: 1, to: 9 }))
  for (const other of [b, c]) t.deepEqual(await next(other), frame(60, 3, { from: 1, to: 9 }))
  // To itself: nobody gets it.
  await a.write(frame(60, 4, { from: 1, to: 1 }))
  await a.flush()
  await turns()
  for (const other of [a, b, c]) t.is(other.tryRead(), null)
})

test.serial('switch: who does not read loses frames, and sees that its ring was full', async (t) => {
  const { near, far } = await ends(t, 'switch', { txSlots: 64, rxSlots: 64 })
  for (let i = 0; i < 500; i++) {
    t.true(near.tryWrite(frame(60, i)))
    near.tryFlush()
  }
  let read = 0
  await far.readable()
  while (far.readBatch(() => {}) > 0) read = far.stats.read.messages
  t.is(read, far.granted.rx.slots - 1)
  t.true(far.ringsFull > 0)
  await near.write(frame(100))
  t.deepEqual(await next(far), frame(100))
})

test.serial('several rings under one stream: all of them are read', async (t) => {
  const { near, far } = await ends(t, 'pipe', { txRings: 2, rxRings: 2, txSlots: 64, rxSlots: 64 })
  if (near.granted.tx.rings !== 2) {
    t.log(`the port granted ${near.granted.tx.rings} rings`)
    t.pass()
    return
  }
  t.false(near.features.ordered)
  let sent = 0
  while (near.tryWrite(frame(60, sent))) sent++
  // More than one ring holds: it went on to the second.
  t.is(sent, 2 * (near.granted.tx.slots - 1))
  await near.flush()
  let read = 0
  while (read < sent) {
    await far.readable()
    read += far.readBatch(() => {})
  }
  t.is(read, sent)
})
