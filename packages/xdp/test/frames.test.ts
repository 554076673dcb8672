/** What both schemes do with frames: sizes, VLANs, filters, who else sees them; between two network namespaces. */
import test from 'ava'
import { missing } from './namespaces.js'
import { EXPERIMENT, frame, next, opened, rooms, SCHEMES, tagged, udpFrame, why } from './support.js'

const between = missing === null ? test.serial : test.serial.skip

for (const scheme of SCHEMES) {
  between(`${scheme}: an MTU of 9000: frames of every size up to the largest arrive whole${why}`, async (t) => {
    const { a, b } = rooms(t, 9000)
    const [near, far] = [await opened(t, scheme, a), await opened(t, scheme, b)]
    t.is(near.maxClaim, 9018)
    for (const length of [14, 15, 60, 1514, 3839, 3841, 4096, 4097, 8192, 8193, 9014]) {
      await near.write(frame(length, EXPERIMENT, length))
      t.deepEqual(await next(far), frame(length, EXPERIMENT, length), `${length} bytes`)
    }
    t.throws(() => near.tryClaim(9019), { code: 'ERR_CAMIO_TOO_LARGE' })
  })

  between(`${scheme}: the tag of a VLAN stays in the frame, and comes on top of the MTU${why}`, async (t) => {
    const { a, b } = rooms(t)
    const [near, far] = [await opened(t, scheme, a), await opened(t, scheme, b)]
    for (const length of [60, 1514]) {
      const sent = tagged(frame(length), 42)
      await near.write(sent)
      t.deepEqual(await next(far), sent)
    }
  })

  between(`${scheme}: what is shorter than a header is no frame, and is refused${why}`, async (t) => {
    const { a } = rooms(t)
    const near = await opened(t, scheme, a)
    t.throws(() => near.tryWrite(new Uint8Array(13)), { code: 'ERR_CAMIO_MISUSE' })
    near.tryClaim(60)
    t.throws(() => near.commit(13), { code: 'ERR_CAMIO_MISUSE' })
    near.cancel()
    t.true(near.tryWrite(frame(14)))
  })

  between(`${scheme}: filter=ethertype reads that type only, tagged or not${why}`, async (t) => {
    const { a, b } = rooms(t)
    const near = await opened(t, scheme, a)
    const far = await opened(t, scheme, b, { filter: 'ethertype:0x88b6' })
    const wanted = [frame(60, 0x88b6), tagged(frame(60, 0x88b6), 7)]
    for (const sent of [frame(60), wanted[0]!, tagged(frame(60), 7), wanted[1]!]) await near.write(sent)
    t.deepEqual([await next(far), await next(far)], wanted)
    t.is(far.tryRead(), null)
  })

  between(`${scheme}: filter=udp reads what is for that port, by IPv4 with options and by IPv6${why}`, async (t) => {
    const { a, b } = rooms(t)
    const near = await opened(t, scheme, a)
    const far = await opened(t, scheme, b, { filter: 'udp:7000' })
    const wanted = [udpFrame(7000), udpFrame(7000, 4, 12), udpFrame(7000, 6)]
    const fragment = udpFrame(7000)
    fragment[21] = 1
    const tcp = udpFrame(7000)
    tcp[23] = 6
    const others = [udpFrame(7001), udpFrame(7001, 6), frame(60), fragment, tcp, frame(14, 0x0800)]
    for (const sent of [...others, wanted[0]!, ...others, wanted[1]!, wanted[2]!, ...others]) await near.write(sent)
    await near.flush()
    t.deepEqual([await next(far), await next(far), await next(far)], wanted)
    t.is(far.tryRead(), null)
  })

  between(`${scheme}: a flood that nobody reads is lost, counted, and the stream goes on${why}`, async (t) => {
    const { a, b } = rooms(t)
    const near = await opened(t, scheme, a)
    const far = await opened(t, scheme, b)
    const sent = 20_000
    for (let i = 0; i < sent; ) {
      const count = near.writeBatch((bytes, offset) => bytes.set(frame(1400), offset), 1400, sent - i)
      i += count
      if (count === 0) await near.writable()
    }
    await near.flush()
    let read = 0
    for (let vain = 0; vain < 3; ) {
      const count = far.readBatch(() => undefined)
      read += count
      vain = count === 0 ? vain + 1 : 0
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    t.is(read + far.losses.system, sent)
    t.true(far.losses.system > 0)
    t.is(far.stats.read.overruns, far.losses.system)
    await near.write(frame(77))
    t.is((await next(far)).length, 77)
  })
}

// More of them than the ring of either has room for.
for (const scheme of SCHEMES)
  between(
    `${scheme}: frames larger than max-message are counted, and what they lay in is used again${why}`,
    async (t) => {
      const { a, b } = rooms(t)
      const near = await opened(t, scheme, a, { mode: 'w' })
      const far = await opened(t, scheme, b, {
        maxMessage: 100,
        ...(scheme === 'xdp' ? { rx: 64 } : { ring: '128KiB' }),
      })
      for (let round = 0; round < 50; round++) {
        for (let i = 0; i < 20; i++) await near.write(frame(1000))
        await near.flush()
        await near.write(frame(60, EXPERIMENT, round))
        t.deepEqual(await next(far), frame(60, EXPERIMENT, round))
      }
      const { oversize, system } = far.losses
      t.is(oversize + system, 1000)
      t.true(oversize > 900)
      // And without a frame among them that somebody reads.
      for (let i = 0; i < 500; i++) {
        await near.write(frame(1000))
        await near.flush()
        t.is(far.tryRead(), null)
        if (i % 10 === 9) await far.readable({ signal: AbortSignal.timeout(5) }).catch(() => {})
      }
      await near.write(frame(61))
      t.deepEqual(await next(far), frame(61))
    },
  )

between(`packet: several streams see the same frames; outgoing=1 those of this host, too${why}`, async (t) => {
  const { a, b } = rooms(t)
  const near = await opened(t, 'packet', a)
  const others = [await opened(t, 'packet', b), await opened(t, 'packet', b)]
  const watcher = await opened(t, 'packet', a, { outgoing: true })
  const deaf = await opened(t, 'packet', a, { mode: 'r' })
  await near.write(frame(60))
  for (const stream of [...others, watcher]) t.deepEqual(await next(stream), frame(60))
  t.is(deaf.tryRead(), null)
  t.true(Math.abs(watcher.timestamp - Date.now()) < 60_000)
})

between(`xdp: what the filter does not take stays with the kernel${why}`, async (t) => {
  const { a, b } = rooms(t)
  const near = await opened(t, 'packet', a)
  await opened(t, 'xdp', b, { filter: 'ethertype:0x88b6' })
  const kernel = await opened(t, 'packet', b)
  await near.write(frame(60, 0x88b6))
  await near.write(frame(61))
  t.deepEqual(await next(kernel), frame(61))
})
