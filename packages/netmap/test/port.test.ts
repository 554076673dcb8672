/** What a port does by itself, over a kernel that is a few numbers in memory. */
import { setTimeout as pause } from 'node:timers/promises'
import type { PortOwner } from '@camio/core/link'
import test from 'ava'
import type { OpenedPort, RingPlace } from '../dist/binding.js'
import { Memory } from '../dist/memory.js'
import { NetmapPort, type PortParts } from '../dist/port.js'
import { RingField, SLOT } from '../dist/ring.js'

const SLOTS = 8
const BUFFERS = 1024
const RING: RingPlace = { at: 0, slots: SLOTS, buffers: BUFFERS, size: 256, count: 40, host: false }

/** A card to write to, whose TXSYNC is `txSync`. */
function card(txSync: (words: Int32Array) => number) {
  const opened: OpenedPort = {
    slot: 0,
    buffer: new ArrayBuffer(BUFFERS + RING.count * RING.size),
    memory: 7,
    at: BUFFERS - 64,
    extra: 0,
    tx: [RING],
    rx: [],
    interface: { index: 1, mtu: 1500, kind: 1, mac: '02:00:00:00:00:01' },
  }
  const memory = new Memory(opened)
  memory.words[RingField.TAIL] = SLOTS - 1
  for (let slot = 0; slot < SLOTS; slot++) memory.words[RingField.SLOTS + slot * SLOT] = 2 + slot
  const binding = { txSync: () => txSync(memory.words), isThere: () => true }
  const dispatcher = { own() {}, close() {} }
  const parts = { binding, dispatcher, opened, memory, uri: 'netmap:test', reads: false, writes: true }
  const port = new NetmapPort(parts as unknown as PortParts)
  const errors: unknown[] = []
  const owner: PortOwner = {
    counters: new Float64Array(16),
    arrived() {},
    sendable() {},
    lostIncoming() {},
    lostOutgoing() {},
    fail: (error) => void errors.push(error),
    corrupted: (error) => void errors.push(error),
  }
  port.start(owner)
  return { port, errors }
}

test('a card that took less than it was given is asked again, without a call of the program’s', async (t) => {
  let asked = 0
  const { port, errors } = card((words) => {
    // The first time it has no room.
    if (++asked > 1) words[RingField.TAIL] = (words[RingField.HEAD]! + SLOTS - 1) % SLOTS
    return 0
  })
  t.teardown(() => port.close(0))
  port.claim(60)
  port.append(60)
  t.true(port.send())
  t.is(asked, 1)
  while (asked < 2) await pause(10)
  await pause(600)
  // And then left alone.
  t.is(asked, 2)
  t.deepEqual(errors, [])
})

test('a port that refuses a sync breaks its stream with what the system said', async (t) => {
  const { port, errors } = card(() => -5)
  t.teardown(() => port.close(0))
  port.claim(60)
  port.append(60)
  t.false(port.send())
  t.like(errors[0], { code: 'ERR_CAMIO_PEER_LOST', errno: 5 })
  t.is(errors.length, 1)
})
