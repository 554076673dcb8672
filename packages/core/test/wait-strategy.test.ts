/** What is done before the thread sleeps. Nothing here measures time: a spin is seen by what it looks at. */
import { select } from '@camio/core'
import { addPoller, Interest, parseWaitStrategy, removePoller } from '@camio/core/spi'
import test from 'ava'
import { flushCorked, poll } from '../dist/wait/loop.js'
import { waitFor } from '../dist/wait/wait.js'
import { bytes, turn } from './support/init.js'
import { Mailbox } from './support/mailbox.js'
import { Scripted } from './support/scripted.js'

const STRATEGIES = ['park', 'yield', 'spin', 'spin:20us'] as const

test('the texts', (t) => {
  t.deepEqual(parseWaitStrategy('park'), { spinMs: 0, yields: false })
  t.deepEqual(parseWaitStrategy('yield'), { spinMs: 0, yields: true })
  t.true(parseWaitStrategy('spin').yields)
  t.deepEqual(parseWaitStrategy('spin:20us'), { spinMs: 0.02, yields: false })
  for (const text of ['', 'Park', 'spin:', 'spin:5', 'spin:-1us', 'spin:2s', 'spin:1h', 'x'.repeat(10_000)]) {
    const error = t.throws(() => parseWaitStrategy(text), { code: 'ERR_CAMIO_BAD_OPTION', message: /spin:20us/ })
    t.true(error!.message.length < 200)
  }
})

for (const wait of STRATEGIES) {
  test(`${wait}: a wait ends when it is ready, and when it is closed or aborted`, async (t) => {
    const strategy = parseWaitStrategy(wait)
    const stream = new Mailbox()
    const ready = waitFor(stream, Interest.READ, undefined, strategy)
    await turn()
    stream.arrive(bytes(1))
    await ready

    const closing = new Mailbox()
    const closed = waitFor(closing, Interest.READ, undefined, strategy)
    await turn()
    await Promise.all([closing.close(), t.throwsAsync(closed, { code: 'ERR_CAMIO_CLOSED' })])

    const controller = new AbortController()
    const aborted = waitFor(new Mailbox(), Interest.READ, { signal: controller.signal }, strategy)
    await turn()
    controller.abort(new Error('enough'))
    await t.throwsAsync(aborted, { message: 'enough' })
  })

  test(`${wait}: select, too`, async (t) => {
    const stream = new Mailbox()
    const ready = select([stream], { wait })
    await turn()
    stream.arrive(bytes(1))
    t.deepEqual(await ready, [stream])
    t.deepEqual(await select([new Mailbox()], { wait, timeout: 3 }), [])
    const controller = new AbortController()
    const aborted = select([new Mailbox()], { wait, signal: controller.signal })
    await turn()
    controller.abort(new Error('enough'))
    await t.throwsAsync(aborted, { message: 'enough' })
  })
}

test('a bad strategy is an error of select', async (t) => {
  await t.throwsAsync(select([new Mailbox()], { wait: 'sleep' }), { code: 'ERR_CAMIO_BAD_OPTION' })
})

test.serial('a spin looks at the transports, and is over as soon as one has something', async (t) => {
  const stream = new Mailbox()
  let polls = 0
  const poller = () => {
    if (++polls === 3) stream.arrive(bytes(1))
  }
  addPoller(poller)
  try {
    const waiting = waitFor(stream, Interest.READ, undefined, parseWaitStrategy('spin:900ms'))
    // It never slept: the promise is the one that everything that holds already answers.
    t.is(waiting, waitFor(stream, Interest.READ))
    t.is(polls, 3)
    polls = 0
    const other = new Mailbox()
    t.deepEqual(await select([stream, other], { wait: 'spin:900ms' }), [stream])
    t.is(polls, 0)
  } finally {
    removePoller(poller)
  }
})

test.serial('a poll sends what was committed, then asks every transport', (t) => {
  const stream = new Scripted()
  const order: string[] = []
  const poller = () => {
    order.push(`poll, ${stream.pushCalls} pushes`)
  }
  addPoller(poller)
  stream.tryWrite(bytes(1))
  poll()
  removePoller(poller)
  poll()
  t.deepEqual(order, ['poll, 1 pushes'])
})

test.serial('a driver that throws in a flush does not keep the others from being sent', async (t) => {
  const bad = new Scripted()
  const good = new Scripted()
  bad.flushInBackground = () => {
    throw new TypeError('a bug of the driver')
  }
  bad.tryWrite(bytes(1))
  good.tryWrite(bytes(2))
  t.throws(() => flushCorked(), { instanceOf: TypeError })
  await turn()
  t.deepEqual(good.output, bytes(2))
})

test.serial('whoever is woken by a flush may flush: what he commits behind it is sent all the same', (t) => {
  const inside = new Scripted()
  const behind = new Scripted()
  const waker = new Scripted()
  waker.flushInBackground = () => {
    // Sends `inside`, and leaves `behind` for the flush that is under way.
    flushCorked()
    behind.tryWrite(bytes(3))
  }
  waker.tryWrite(bytes(1))
  inside.tryWrite(bytes(2))
  flushCorked()
  t.deepEqual(inside.output, bytes(2))
  t.deepEqual(behind.output, bytes(3))
})
