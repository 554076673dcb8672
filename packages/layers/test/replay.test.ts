/** `replay:` keeps the reader's half of the contract, and believes no capture file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { conformance } from '@camio/conformance'
import { isCamioError, open } from '@camio/core'
import test from 'ava'
import fc from 'fast-check'
import { replayed } from './capture.js'
import { pcapng, type Written } from './pcapng.js'
import { folder } from './transports.js'

let files = 0
function captureOf(bytes: Uint8Array): string {
  const file = join(folder(), `replay-${++files}.pcapng`)
  writeFileSync(file, bytes)
  return file
}

const text = (n: number): Written => ({ time: n * 10_000, bytes: Buffer.from(`packet ${n}`) })

// A message every 10 ms for longer than any case takes.
const long = captureOf(pcapng(Array.from({ length: 10_000 }, (_, n) => text(n))))
conformance({
  test: test.serial,
  harness: { scheme: 'replay', module: import.meta.resolve('@camio/layers'), source: { uri: () => `replay:${long}` } },
})

const three = [text(0), text(1), text(2)]

test('captures of others: either byte order, other units of time', async (t) => {
  for (const style of [{}, { little: false }, { resolution: 9 }, { resolution: 0x80 | 20 }]) {
    const got = await replayed(captureOf(pcapng(three, style)))
    t.deepEqual(got.map(String), ['packet 0', 'packet 1', 'packet 2'])
  }
})

test('the pauses are those of the file, in its unit', async (t) => {
  // Two packets, a tenth of a second apart in nanoseconds, at double speed.
  const file = captureOf(
    pcapng(
      [
        { ...text(0), time: 0 },
        { ...text(1), time: 100_000_000 },
      ],
      { resolution: 9 },
    ),
  )
  await using stream = await open(`replay:${file}?speed=2`)
  const began = performance.now()
  for await (const _ of stream);
  const took = performance.now() - began
  t.true(took >= 49, `${took} ms`)
})

test('several sections in one file, as mergecap and cat make them', async (t) => {
  const file = captureOf(Buffer.concat([pcapng(three), pcapng(three, { little: false })]))
  t.is((await replayed(file)).length, 6)
})

test('directions and interfaces are chosen; what says nothing of its direction is in both', async (t) => {
  const packets = [{ ...text(0), flags: 1 }, { ...text(1), flags: 2 }, text(2)]
  const file = captureOf(pcapng(packets))
  t.deepEqual((await replayed(file, '&direction=in')).map(String), ['packet 0', 'packet 2'])
  t.deepEqual((await replayed(file, '&direction=out')).map(String), ['packet 1', 'packet 2'])
  t.is((await replayed(file, '&interface=1')).length, 0)
})

test('IP packets are replayed as their payloads, others are left out', async (t) => {
  const udp = Buffer.concat([ipv4(17, 8 + 4), Buffer.from([0, 1, 0, 2, 0, 12, 0, 0]), Buffer.from('data')])
  const icmp = ipv4(1, 0)
  const padded = Buffer.concat([udp, Buffer.alloc(6)])
  const file = captureOf(
    pcapng(
      [udp, icmp, padded].map((bytes) => ({ time: 0, bytes })),
      { linkType: 101 },
    ),
  )
  t.deepEqual((await replayed(file)).map(String), ['data', 'data'])
})

function ipv4(protocol: number, length: number): Buffer {
  const header = Buffer.alloc(20)
  header[0] = 0x45
  header.writeUInt16BE(20 + length, 2)
  header[9] = protocol
  return header
}

test('what was not captured whole is an error, behind what was', async (t) => {
  const file = captureOf(pcapng([text(0), { ...text(1), length: 1000 }]))
  await using stream = await open(`replay:${file}?speed=max`)
  t.truthy(await stream.read())
  stream.release()
  await t.throwsAsync(stream.read(), { code: 'ERR_CAMIO_TRUNCATED', message: /recorded with a limit/ })
})

test('a message over max-message is refused', async (t) => {
  const file = captureOf(pcapng([{ time: 0, bytes: new Uint8Array(5000) }]))
  await using stream = await open(`replay:${file}?max-message=4096`)
  await t.throwsAsync(stream.read(), { code: 'ERR_CAMIO_TOO_LARGE' })
})

test('a file that is cut or changed anywhere is read or refused, with a typed error, and nothing else', async (t) => {
  const whole = pcapng([...three, { ...text(3), flags: 1 }, { ...text(4), bytes: new Uint8Array(300) }])
  const damage = fc.oneof(
    fc.record({ cut: fc.nat(whole.length) }),
    fc.record({ at: fc.nat(whole.length - 1), value: fc.nat(255) }),
    fc.record({ noise: fc.uint8Array({ maxLength: 200 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      let bytes = Buffer.from(whole)
      for (const one of damages) {
        if ('cut' in one) bytes = bytes.subarray(0, one.cut)
        else if ('noise' in one) bytes = Buffer.concat([bytes, one.noise])
        else if (one.at < bytes.length) bytes[one.at] = one.value
      }
      const file = join(folder(), 'damaged.pcapng')
      writeFileSync(file, bytes)
      try {
        for (const message of await replayed(file)) t.true(message.length <= bytes.length)
      } catch (error) {
        t.true(isCamioError(error), String(error))
      }
    }),
    { numRuns: 300 },
  )
})
