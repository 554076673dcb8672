import { listen, open } from '@camio/core'
import test from 'ava'
import { bytes, codeOf, freshName, pair } from './support.js'

test('a name nobody listens on is not found; a taken one is in use; an empty one is no name', async (t) => {
  const name = freshName()
  t.is(await codeOf(() => open(name)), 'ERR_CAMIO_NOT_FOUND')
  await using _ = await listen(name)
  t.is(await codeOf(() => listen(name)), 'ERR_CAMIO_ADDRESS_IN_USE')
  t.is(await codeOf(() => listen('mem:')), 'ERR_CAMIO_BAD_URI')
  t.is(await codeOf(() => open('mem:')), 'ERR_CAMIO_BAD_URI')
})

test('a name may hold any character', async (t) => {
  const name = 'mem:%3F%23%25 %C3%A9'
  await using listener = await listen(name)
  t.is(listener.uri, 'mem:%3F%23%25%20é')
  await using near = await open(listener.uri)
  await using far = await listener.accept()
  near.tryWrite(bytes(1))
  t.deepEqual(await far.read(), bytes(1))
})

test('a full backlog refuses; accepting makes room', async (t) => {
  const name = freshName()
  await using listener = await listen(name, { backlog: 2 })
  await using _first = await open(name)
  await using _second = await open(name)
  t.is(await codeOf(() => open(name)), 'ERR_CAMIO_REFUSED')
  await using _accepted = await listener.accept()
  await using third = await open(name)
  t.false(third.closed)
})

test('wait-for waits for a listener', async (t) => {
  const name = freshName()
  const opening = open(name, { waitFor: '60s' })
  await using listener = await listen(name)
  await using near = await opening
  await using far = await listener.accept()
  near.tryWrite(bytes(7))
  t.deepEqual(await far.read(), bytes(7))
})

test('wait-for waits for room in the backlog', async (t) => {
  const name = freshName()
  await using listener = await listen(name, { backlog: 1 })
  await using _first = await open(name)
  const opening = open(name, { waitFor: '60s' })
  await using _accepted = await listener.accept()
  await using second = await opening
  t.false(second.closed)
})

test('wait-for ends with what was wrong at its end', async (t) => {
  t.is(await codeOf(() => open(freshName(), { waitFor: '1ms' })), 'ERR_CAMIO_NOT_FOUND')
  const name = freshName()
  await using _listener = await listen(name, { backlog: 1 })
  await using _first = await open(name)
  t.is(await codeOf(() => open(name, { waitFor: '1ms' })), 'ERR_CAMIO_REFUSED')
})

test('an aborted wait-for rejects with the reason and is not connected later', async (t) => {
  const name = freshName()
  const controller = new AbortController()
  const reason = new Error('enough')
  const opening = t.throwsAsync(open(name, { waitFor: '60s', signal: controller.signal }), { is: reason })
  controller.abort(reason)
  await opening
  await using listener = await listen(name)
  t.is(listener.tryAccept(), null)
})

test('a listener that closes resets the streams that wait to be accepted', async (t) => {
  const name = freshName()
  const listener = await listen(name)
  await using near = await open(name)
  await listener.close()
  t.is(await codeOf(() => near.read()), 'ERR_CAMIO_RESET')
  t.is(await codeOf(() => open(name)), 'ERR_CAMIO_NOT_FOUND')
})

test('what an opener sent before it was accepted, and even closed, is read', async (t) => {
  const name = freshName()
  await using listener = await listen(name)
  const near = await open(name)
  near.tryWrite(bytes(1, 2))
  await near.close()
  await using far = await listener.accept()
  t.deepEqual(await far.read(), bytes(1, 2))
  far.release()
  t.is(await far.read(), null)
})

test('mode=w at one end is a stream that the other can only read', async (t) => {
  const { near, far } = await pair(t, { mode: 'w' })
  t.deepEqual([near.features.readable, near.features.writable], [false, true])
  t.deepEqual([far.features.readable, far.features.writable], [true, false])
  near.tryWrite(bytes(5))
  t.deepEqual(await far.read(), bytes(5))
  far.release()
  t.is(await codeOf(() => far.tryWrite(bytes(1))), 'ERR_CAMIO_NOT_WRITABLE')
  await near.end()
  t.is(await far.read(), null)
})

test('two ends that would both only write refuse each other', async (t) => {
  const name = freshName()
  await using _listener = await listen(name, { mode: 'w' })
  t.is(await codeOf(() => open(name, { mode: 'w' })), 'ERR_CAMIO_REFUSED')
})
