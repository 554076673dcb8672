/** From epoll's events to their owners, with a binding that does as it is told: what a real kernel does only now and then. */

import { constants } from 'node:os'
import { Dispatcher } from '@camio/core/spi'
import test from 'ava'
import type { Binding } from '../dist/native/binding.js'
import { Linger } from '../dist/native/linger.js'

/** A table of events that a test fills. */
function script() {
  let fire: (events: ReadonlyArray<readonly [slot: number, events: number]>) => void = () => {}
  let looks = 0
  const binding = {
    start(table: Int32Array, onEvents: (count: number) => void) {
      fire = (events) => {
        table.set(events.flat())
        onEvents(events.length)
      }
    },
    poll: () => 0,
    shutDown: () => 0,
    close: () => {},
    // The peer has not ended, and what it was sent is still on its way.
    dropInput: () => {
      looks++
      return -constants.errno.EAGAIN
    },
    unacknowledged: () => 1,
  } as unknown as Binding
  const dispatcher = new Dispatcher(binding)
  return {
    sockets: { binding, dispatcher },
    fire: (...events: Array<[number, number]>) => fire(events),
    looks: () => looks,
  }
}

test('somebody who throws when woken keeps nobody else from being woken', async (t) => {
  const { sockets, fire } = script()
  const { dispatcher } = sockets
  let woken = 0
  dispatcher.own(dispatcher.opened(0), {
    note: () => {},
    respond() {
      throw new Error('woken')
    },
  })
  dispatcher.own(dispatcher.opened(1), { note: () => {}, respond: () => woken++ })
  t.throws(() => fire([0, 1], [1, 1]), { message: 'woken' })
  await new Promise<void>((resolve) => setImmediate(resolve))
  t.is(woken, 1)
  fire([1, 1])
  t.is(woken, 2)
})

test('a linger that was hurried never looks at its slot again: it may be another socket’s', async (t) => {
  const { sockets, fire, looks } = script()
  const linger = new Linger(sockets, sockets.dispatcher.opened(0), 'tcp', 10_000)
  linger.hurry()
  const before = looks()
  fire([0, 1])
  t.false(await linger.done)
  // Its naps are 1, 2, 4 ms.
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.is(looks(), before)
})
