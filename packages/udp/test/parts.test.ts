/** The parts against simple models: names, the queue of a peer, the runs that are sent. */
import { execFile, spawnSync } from 'node:child_process'
import '@camio/udp'
import { open } from '@camio/core'
import test from 'ava'
import fc from 'fast-check'
import { Inbox } from '../dist/inbox.js'
import type { Incoming } from '../dist/incoming.js'
import { isPlace, keyOf, NAME_SIZE, nameOf, Remote, sameName } from '../dist/name.js'
import { Outbox, Run } from '../dist/outbox.js'

const hosts = fc.oneof(fc.ipV4(), fc.ipV6())
const ports = fc.integer({ min: 1, max: 65_535 })

test('a name is its address: text and back, equal keys for equal addresses only', (t) => {
  fc.assert(
    fc.property(hosts, ports, hosts, ports, (host, port, otherHost, otherPort) => {
      const name = nameOf({ host, port })!
      const other = nameOf({ host: otherHost, port: otherPort })!
      const text = new Remote().show(name, 0)
      t.is(text.port, port)
      t.true(sameName(nameOf({ host: text.host, port })!, 0, name, 0))
      t.is(sameName(name, 0, other, 0), keyOf(name, 0) === keyOf(other, 0))
    }),
  )
})

test('IPv4 that is mapped into IPv6 is IPv4; zones are kept; what is no address has no name', (t) => {
  t.deepEqual(nameOf({ host: '::ffff:10.1.2.3', port: 7 }), nameOf({ host: '10.1.2.3', port: 7 }))
  t.is(new Remote().show(nameOf({ host: 'fe80::1%3', port: 7 })!, 0).host, 'fe80::1%3')
  for (const host of ['', 'localhost', '1.2.3', '1.2.3.4.5', '::g', '256.1.1.1', '010.1.1.1x']) {
    t.is(nameOf({ host, port: 7 }), null, host)
  }
  for (const port of [-1, 65_536, 1.5, Number.NaN]) t.is(nameOf({ host: '1.2.3.4', port }), null, `port ${port}`)
  t.false(isPlace(nameOf({ host: '1.2.3.4', port: 0 })!))
  t.true(isPlace(nameOf({ host: '::1', port: 1 })!))
})

function run(lengths: { segment: number; count: number; last: number }, fill: number): Incoming {
  const length =
    lengths.segment === 0 ? 0 : lengths.segment * lengths.count + Math.min(lengths.last, lengths.segment - 1)
  const bytes = new Uint8Array(length).fill(fill)
  return {
    bytes,
    offset: 0,
    length,
    segment: lengths.segment,
    names: new Uint8Array(NAME_SIZE),
    nameAt: 0,
    time: fill,
    hasMore: false,
    next: () => false,
    free: () => {},
    relax: () => {},
  }
}

const CAPACITY = 64 * 1024

test('a peer’s queue: runs come out as they went in, whole, while others come; it is bounded', (t) => {
  const steps = fc.array(
    fc.oneof(
      fc.record({
        segment: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3000 })),
        count: fc.integer({ min: 1, max: 20 }),
        last: fc.integer({ min: 0, max: 2999 }),
      }),
      fc.constant('next' as const),
      fc.constant('relax' as const),
    ),
    { maxLength: 400 },
  )
  fc.assert(
    fc.property(steps, (list) => {
      const inbox = new Inbox(CAPACITY, new Uint8Array(NAME_SIZE), () => {})
      const model: Incoming[] = []
      let current: Incoming | undefined
      let fill = 0
      const check = () => {
        if (current === undefined) return
        const { length, segment, time } = current
        t.deepEqual([inbox.length, inbox.segment, inbox.time], [length, segment, time])
        const lent = inbox.bytes.subarray(inbox.offset, inbox.offset + length)
        t.true(lent.every((byte) => byte === (time & 255)))
      }
      for (const step of list) {
        if (step === 'relax') {
          if (current === undefined) inbox.relax()
        } else if (step === 'next') {
          inbox.free()
          current = model.shift()
          t.is(inbox.next(), current !== undefined)
        } else {
          const arriving = run(step, ++fill & 255)
          const taken = inbox.push(arriving)
          if (taken) model.push(arriving)
          // The run at hand may lie in a block of its own when the queue has grown meanwhile.
          t.true(model.reduce((sum, { length }) => sum + length, 0) <= CAPACITY)
          if (!taken) t.true(model.length > 0 || current !== undefined, 'an empty queue refuses nothing that fits')
        }
        check()
      }
    }),
    { numRuns: 200 },
  )
})

test('a peer’s queue takes as many small datagrams as its size says, each a run of its own, while they are read', (t) => {
  const capacity = 1024 * 1024
  const inbox = new Inbox(capacity, new Uint8Array(NAME_SIZE), () => {})
  let [pushed, read] = [0, 0]
  const next = () => {
    inbox.free()
    t.true(inbox.next())
    t.is(inbox.bytes[inbox.offset], read & 255)
    t.is(inbox.time, read++ & 255)
  }
  for (; inbox.push(run({ segment: 64, count: 1, last: 0 }, pushed & 255)); pushed++) if (pushed % 3 === 2) next()
  t.true(pushed - read > capacity / 64 - 4, `${pushed - read} wait`)
  while (read < pushed) next()
  inbox.relax()
  t.false(inbox.next())
  t.true(inbox.push(run({ segment: 64, count: 1, last: 0 }, pushed & 255)))
  next()
})

test('what is committed is in the runs that are sent, in order, each run of one length to one peer', (t) => {
  const datagrams = fc.array(
    fc.record({
      length: fc.oneof(fc.constant(0), fc.constant(64), fc.integer({ min: 1, max: 1500 })),
      peer: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 120 },
  )
  fc.assert(
    fc.property(datagrams, (list) => {
      const outbox = new Outbox()
      const expected: Array<{ length: number; peer: number }> = []
      for (const { length, peer } of list) {
        outbox.open()
        if (!outbox.fits(length)) break
        const target = outbox.targetOf(nameOf({ host: '10.0.0.1', port: peer })!)
        outbox.append(length, target)
        expected.push({ length, peer })
      }
      const sent: Array<{ length: number; peer: number }> = []
      while (!outbox.empty) {
        const at = outbox.first * Run.NUMBERS
        const [, length = 0, segment = 0, target = 0] = outbox.runs.subarray(at, at + Run.NUMBERS)
        const name = outbox.targets.subarray(target * NAME_SIZE, (target + 1) * NAME_SIZE)
        sent.push({ length: Math.min(segment, length), peer: new Remote().show(name, 0).port })
        outbox.dropFirst()
      }
      t.deepEqual(sent, expected)
      outbox.close(false)
    }),
  )
})

const hasPython = spawnSync('python3', ['-c', '']).status === 0

;(hasPython ? test : test.skip)('tos and ecn are in the packets (needs python3)', async (t) => {
  const receiver = [
    'import socket',
    's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)',
    's.setsockopt(socket.IPPROTO_IP, 13, 1)', // IP_RECVTOS
    's.bind(("127.0.0.1", 0))',
    'print(s.getsockname()[1], flush=True)',
    'for i in range(2): print(s.recvmsg(10, 100)[1][0][2][0], flush=True)',
  ].join('\n')
  const python = execFile('python3', ['-c', receiver])
  t.teardown(() => python.kill())
  let said = ''
  python.stdout!.on('data', (chunk) => {
    said += chunk
  })
  while (!said.includes('\n')) await new Promise((resolve) => setTimeout(resolve, 5))
  const port = Number(said)
  for (const options of ['tos=184', 'tos=184&ecn=ect0']) {
    await using stream = await open(`udp://127.0.0.1:${port}?${options}`)
    await stream.write(Buffer.from('x'))
    await stream.flush()
  }
  while (said.split('\n').length < 4) await new Promise((resolve) => setTimeout(resolve, 5))
  t.deepEqual(said.trim().split('\n').slice(1), ['184', '186'])
})
