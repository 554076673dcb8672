/** Cards: veth(4) in netmap's emulated mode, its host rings; and monitors. Only the kernel's module has them, not the stand-in. */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isCamioError, open, pipe } from '@camio/core'
import type { NetmapStream } from '@camio/netmap'
import test from 'ava'
import { EXPERIMENT, frame, next, opened, standsIn, tagged, unique } from './support.js'
import { address, cable, missing } from './veth.js'

const cards = missing === null ? test.serial : test.serial.skip
const why = missing === null ? '' : ` (${missing})`
const monitors = standsIn ? test.serial.skip : test.serial
const whyNot = standsIn ? ' (a stand-in has no monitors: npm run test:netmap)' : ''

const VLAN = 0x8100

/** The next frame of one of these ethertypes: the host may have something to say, too. */
async function nextOf(stream: NetmapStream, ...types: readonly number[]): Promise<Uint8Array> {
  for (;;) {
    const got = await next(stream)
    if (types.includes((got[12]! << 8) | got[13]!)) return got
  }
}

cards(`a card: frames go both ways over a cable, and it says what it is${why}`, async (t) => {
  const [a, b] = cable(t)
  const [near, far] = [await opened(t, `netmap:${a}`), await opened(t, `netmap:${b}`)]
  t.is(near.maxClaim, 1518)
  t.regex(near.mac, /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/)
  t.not(near.mac, far.mac)
  for (const length of [60, 64, 1000, 1514]) {
    await near.write(frame(length, length))
    t.deepEqual(await nextOf(far, EXPERIMENT), frame(length, length))
    await far.write(frame(length, 1))
    t.deepEqual(await nextOf(near, EXPERIMENT), frame(length, 1))
  }
  await near.write(tagged(frame(100), 42))
  // The tag may have been taken off by the kernel's side of the cable.
  const got = await nextOf(far, VLAN, EXPERIMENT)
  t.true(got.length === 104 || got.length === 100)
  t.is(far.stats.read.copies, 0)
})

cards(`a card: a few thousand frames, in batches, none doubled${why}`, async (t) => {
  const [a, b] = cable(t)
  const [near, far] = [await opened(t, `netmap:${a}`, { mode: 'w' }), await opened(t, `netmap:${b}`, { mode: 'r' })]
  const total = 5000
  const seen = new Set<number>()
  let sent = 0
  while (sent < total) {
    sent += near.writeBatch(
      (bytes, offset, _length, i) => {
        bytes.set(frame(60), offset)
        new DataView(bytes.buffer, bytes.byteOffset + offset).setUint32(20, sent + i)
      },
      60,
      Math.min(32, total - sent),
    )
    await near.flush()
    await far.readable({ signal: AbortSignal.timeout(2000) }).catch(() => {})
    far.readBatch((bytes, offset) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset + offset)
      if (view.getUint16(12) !== EXPERIMENT) return
      // In which order they come is the kernel's affair: it may have received them on more than one processor.
      const number = view.getUint32(20)
      if (seen.has(number) || number >= total) t.fail(`${number} came twice, or was not sent`)
      seen.add(number)
    })
  }
  t.true(seen.size > total / 2, `${seen.size} of ${total}`)
})

cards(`cards have one memory: a bridge between them exchanges buffers${why}`, async (t) => {
  const [a, b] = cable(t)
  const [c, d] = cable(t)
  const left = await opened(t, `netmap:${a}`)
  const source = await opened(t, `netmap:${b}`)
  const sink = await opened(t, `netmap:${c}`)
  const right = await opened(t, `netmap:${d}`)
  t.is(source.granted.memory, sink.granted.memory)
  const enough = new AbortController()
  const piping = pipe(source, sink, { signal: enough.signal, end: false })
  // More than the rings have slots: buffers come back.
  for (let i = 0; i < 1500; i++) {
    await left.write(frame(100, i))
    const got = await nextOf(right, EXPERIMENT)
    if (i % 100 === 0) t.deepEqual(got, frame(100, i))
  }
  enough.abort()
  const { path, copies } = await piping
  t.deepEqual({ path, copies }, { path: 'hand-over', copies: 0 })
})

cards(`one pair of rings, "-0", and a pair that there is not${why}`, async (t) => {
  const [a, b] = cable(t)
  const [near, far] = [await opened(t, `netmap:${a}-0`), await opened(t, `netmap:${b}`, { ring: 0 })]
  t.deepEqual([near.granted.rx.rings, near.granted.tx.rings], [1, 1])
  await near.write(frame(60))
  t.deepEqual(await nextOf(far, EXPERIMENT), frame(60))
  await t.throwsAsync(open(`netmap:${a}-4094`), { code: 'ERR_CAMIO_BAD_OPTION' })
})

/** UDP over IPv4 from 10.99.0.2 to 10.99.0.1 at the station `mac`, without a checksum of its own. */
function datagram(mac: string, port: number, text: string): Uint8Array {
  const bytes = Buffer.alloc(Math.max(60, 42 + text.length))
  bytes.set([...mac.split(':').map((part) => Number.parseInt(part, 16)), 2, 0, 0, 0, 0, 9, 8, 0])
  bytes.set([0x45, 0, 0, 28 + text.length, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 99, 0, 2, 10, 99, 0, 1], 14)
  let sum = 0
  for (let i = 14; i < 34; i += 2) sum += bytes.readUInt16BE(i)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  bytes.writeUInt16BE(~sum & 0xffff, 24)
  bytes.writeUInt16BE(9, 34)
  bytes.writeUInt16BE(port, 36)
  bytes.writeUInt16BE(8 + text.length, 38)
  bytes.write(text, 42, 'latin1')
  return bytes
}

const ARP = 0x0806

for (const suffix of ['^', '*'])
  cards(`"${suffix}": what the host wants to send is read${why}`, async (t) => {
    const [a] = cable(t)
    address(a, '10.99.0.1/24')
    const host = await opened(t, `netmap:${a}${suffix}`)
    const socket = createSocket('udp4')
    t.teardown(() => socket.close())
    // The host asks who has that address.
    socket.send('x', 9, '10.99.0.2')
    const asked = await nextOf(host, ARP)
    t.deepEqual([...asked.subarray(38, 42)], [10, 99, 0, 2])
  })

cards(`"^": what is written goes into the host's own stack${why}`, async (t) => {
  const [a] = cable(t)
  address(a, '10.99.0.1/24')
  const host = await opened(t, `netmap:${a}^`)
  const socket = createSocket('udp4').bind(0)
  t.teardown(() => socket.close())
  await once(socket, 'listening')
  const heard = once(socket, 'message')
  await host.write(datagram(host.mac, socket.address().port, 'hello host'))
  const [message, from] = (await heard) as [Buffer, { address: string }]
  t.deepEqual([message.toString(), from.address], ['hello host', '10.99.0.2'])
})

cards(`an interface that is removed breaks its stream, and goes when that is closed${why}`, async (t) => {
  const [a] = cable(t)
  const stream = await opened(t, `netmap:${a}`)
  const waiting = t.throwsAsync(stream.read())
  const removing = spawn('ip', ['link', 'del', a])
  const removed = once(removing, 'exit')
  t.true(isCamioError(await waiting, 'ERR_CAMIO_PEER_LOST'))
  t.throws(() => stream.tryClaim(60), { code: 'ERR_CAMIO_PEER_LOST' })
  await stream.close().catch(() => {})
  t.deepEqual(await removed, [0, null])
})

cards(`what netmap refuses: an MTU that no buffer holds, a name that is none${why}`, async (t) => {
  await t.throwsAsync(open('netmap:lo'), { code: 'ERR_CAMIO_BAD_OPTION', message: /MTU/ })
  await t.throwsAsync(open('netmap:no-such-card'), { code: 'ERR_CAMIO_NOT_FOUND' })
})

monitors(`"/t" and "/r": monitors see what a port sends and receives${whyNot}`, async (t) => {
  const name = unique()
  const [near, far] = [await opened(t, `vale:${name}:a`), await opened(t, `vale:${name}:b`)]
  const sent = await opened(t, `vale:${name}:a/t`)
  const received = await opened(t, `vale:${name}:b/r`)
  t.false(sent.features.writable)
  await near.write(frame(60, 5))
  await near.flush()
  t.deepEqual(await next(far), frame(60, 5))
  t.deepEqual(await next(sent), frame(60, 5))
  t.deepEqual(await next(received), frame(60, 5))
})
