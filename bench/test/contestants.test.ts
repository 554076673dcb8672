import test from 'ava'
import { Loss } from '../dist/contestants/common/loss.js'
import { messageFormat } from '../dist/contestants/common/message.js'
import { MessageSummer, MessageWriter } from '../dist/contestants/common/words.js'

const BIG = 1400

test('a message that was written passes, wherever it lies', (t) => {
  for (const size of [32, 64, BIG]) {
    const format = messageFormat(size)
    for (const offset of [0, 4, 7]) {
      const room = new Uint8Array(offset + size + 8)
      for (const sequence of [0, 1, 64, 4096, 2 ** 31 - 1, -64]) {
        format.write(room, offset, sequence)
        t.notThrows(() => format.check(room, offset, size, sequence))
        t.throws(() => format.check(room, offset, size, (sequence + 1) | 0), { message: /^sequence: got/ })
      }
      t.deepEqual([...room.subarray(offset + size)], Array(8).fill(0))
    }
  }
})

test('the summer sees a wrong byte anywhere in any message', (t) => {
  const writer = new MessageWriter(64)
  const summer = new MessageSummer()
  for (const offset of [0, 4, 5]) {
    const room = new Uint8Array(80)
    for (let i = 0; i < 64; i++) {
      writer.write(room, offset, 5)
      t.notThrows(() => summer.check(room, offset, 64, 5))
      room[offset + i]! ^= 1
      t.throws(() => summer.check(room, offset, 64, 5))
    }
  }
})

test('of large messages one in 64 is compared', (t) => {
  const format = messageFormat(BIG)
  const room = new Uint8Array(BIG)
  for (const [sequence, compared] of [
    [64, true],
    [65, false],
  ] as const) {
    format.write(room, 0, sequence)
    room[BIG - 1]! ^= 1
    if (compared) t.throws(() => format.check(room, 0, BIG, sequence), { message: /^payload/ })
    else t.notThrows(() => format.check(room, 0, BIG, sequence))
  }
})

test('loss is what is missing between numbers; none is counted before the first, none may go back', (t) => {
  const loss = new Loss()
  const arrive = (sequence: number): number => loss.arrived(new Uint8Array(Int32Array.of(sequence).buffer), 0)
  t.is(arrive(5), 5)
  t.is(loss.take(), 0)
  arrive(6)
  arrive(9)
  arrive(10)
  arrive(12)
  t.is(loss.take(), 3)
  t.is(loss.take(), 0)
  t.throws(() => arrive(12), { message: /^sequence: got 12, expected 13/ })
})
