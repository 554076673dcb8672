/** `explain`: what it says, and that it opens nothing unless it is asked to. */
import { explain, listen, type OpenOptions, open, registry as shared } from '@camio/core'
import '@camio/mem'
import { type Driver, END, type Forecast, features, type KernelEnd, type Mover, type Target } from '@camio/core/spi'
import test from 'ava'
import { doubleDriver, registryOf } from '../support/driver.js'
import { counting } from '../support/init.js'
import { Scripted, type ScriptedOptions } from '../support/scripted.js'

interface Script extends ScriptedOptions {
  forecast?: Forecast
}

function schemes(scripts: Record<string, Script>) {
  const opened: Scripted[] = []
  const targets: Target[] = []
  const drivers = Object.entries(scripts).map(([scheme, { forecast, ...script }]): Driver => {
    const open = (target: Target) => {
      targets.push(target)
      const own = { readable: target.mode !== 'w', writable: target.mode !== 'r', ...script.features }
      const stream = new Scripted({ ...script, features: own })
      opened.push(stream)
      return stream
    }
    return {
      ...doubleDriver({ scheme, open, listen: () => nobody() }),
      features: features(script.features ?? {}),
      ...(forecast && { forecast: () => forecast }),
    }
  })
  return { registry: registryOf(...drivers), opened, targets }
}

function nobody(): never {
  throw new Error('nobody listens here')
}

const CALLS = { read: { systemCalls: 2, wakeUps: 1 }, write: { systemCalls: 1, wakeUps: 0 } }

test('one URI: its fate, and what reading costs; nothing is opened', async (t) => {
  const { registry, opened } = schemes({ a: { forecast: CALLS, features: { copies: { read: 1, write: 0 } } } })
  const it = await explain('a:x', { registry })
  t.is(it.path, 'read')
  t.is(it.sink, null)
  t.deepEqual(it.predicted, { copies: 1, systemCalls: 2, wakeUps: 1 })
  t.like(it.source, { chosen: 'a:x', candidates: [{ uri: 'a:x', fate: 'first' }] })
  t.is(it.measured, null)
  t.is(opened.length, 0)
})

test('a stream that is only written: what a claim costs', async (t) => {
  const { registry } = schemes({ a: { forecast: CALLS } })
  const it = await explain('a:x', { registry, mode: 'w' })
  t.is(it.path, 'write')
  t.deepEqual(it.predicted, { copies: 0, systemCalls: 1, wakeUps: 0 })
})

test('what a driver does not say is not made up', async (t) => {
  const { registry } = schemes({ a: {}, b: { forecast: CALLS } })
  const it = await explain('a:x', 'b:x', { registry })
  t.is(it.path, 'copy')
  t.deepEqual(it.predicted, { copies: 1, systemCalls: null, wakeUps: null })
  t.regex(String(it), /system calls +\?/)
})

test('candidates: who is tried, in which order, under which condition, and who is not and why', async (t) => {
  const { registry } = schemes({
    a: {},
    slow: { features: { reliable: false } },
    last: { features: { connectionless: true } },
  })
  const it = await explain(['a:1', 'nowhere:x', 'slow:x', 'last:x'], { registry, require: 'reliable' })
  t.deepEqual(
    it.source.candidates.map(({ uri, fate, reason }) => ({ uri, fate, reason: reason?.slice(0, 30) })),
    [
      { uri: 'a:1', fate: 'first', reason: undefined },
      { uri: 'last:x', fate: 'next', reason: 'only when those before it have' },
      { uri: 'nowhere:x', fate: 'dropped', reason: 'unknown scheme "nowhere" (regi' },
      { uri: 'slow:x', fate: 'dropped', reason: 'reliable is required, and it i' },
    ],
  )
  const none = await explain('slow:x', 'a:x', { registry, require: 'reliable' })
  t.like(none, { path: null, predicted: null, problem: 'no candidate for the source is left' })
  t.regex(String(none), /path +none: no candidate/)
})

test('mistakes are thrown, as open throws them', async (t) => {
  const { registry, opened } = schemes({ a: {}, b: {} })
  const calls: ReadonlyArray<readonly [Promise<unknown>, string]> = [
    [explain('nonsense', { registry }), 'ERR_CAMIO_BAD_URI'],
    [explain([], { registry }), 'ERR_CAMIO_BAD_URI'],
    [explain('a:x?y=1', { registry }), 'ERR_CAMIO_UNKNOWN_OPTION'],
    [explain('a:x', 'b:x', { registry, y: 1 } as OpenOptions), 'ERR_CAMIO_UNKNOWN_OPTION'],
    [explain('a:x', { registry, require: 'speed' } as unknown as OpenOptions), 'ERR_CAMIO_BAD_OPTION'],
    [explain('a:x', { registry, analyze: 'yes' } as unknown as OpenOptions), 'ERR_CAMIO_BAD_OPTION'],
  ]
  for (const [call, code] of calls) await t.throwsAsync(call, { code })
  t.is(opened.length, 0)
})

test('bytes do not meet messages without a word', async (t) => {
  const { registry } = schemes({ bytes: {}, messages: { features: { framing: 'messages', mtu: 1000 } } })
  const it = await explain('bytes:x', 'messages:x', { registry })
  t.is(it.path, null)
  t.regex(it.problem!, /^bytes:x has bytes and messages:x has messages: declare framing= and frame=/)
  // A rest that straddles two reads is joined, and the message is copied into the sink.
  t.like(await explain('bytes:x?frame=u32', 'messages:x', { registry }), { path: 'copy', predicted: { copies: 2 } })
  t.like(await explain('messages:x', 'bytes:x?frame=u32', { registry }), { path: 'copy', predicted: { copies: 1 } })
  // What is encoded is copied by that, at both ends.
  t.like(await explain('bytes:x?frame=cobs', 'messages:x', { registry }), { path: 'copy', predicted: { copies: 3 } })
  t.like(await explain('messages:x', 'bytes:x?frame=cobs', { registry }), { path: 'copy', predicted: { copies: 2 } })
  t.is((await explain('bytes:x?frame=u8', { registry })).source.candidates[0]!.features!.mtu, 255)
  t.like(await explain('messages:x?framing=bytes', 'bytes:x', { registry }), { path: 'copy', predicted: { copies: 1 } })
})

test('the paths, in the order in which pipe asks', async (t) => {
  const region = {}
  const { registry } = schemes({
    file: { forecast: { ...CALLS, kernel: 'file', readsInto: true } },
    socket: { forecast: { ...CALLS, kernel: 'socket', readsInto: true } },
    into: { forecast: { ...CALLS, readsInto: true } },
    shared: { forecast: { ...CALLS, region } },
    small: { features: { framing: 'messages', mtu: 1500 }, forecast: { ...CALLS, readsInto: true } },
    large: { features: { framing: 'messages', mtu: 2 ** 30 }, forecast: { ...CALLS, readsInto: true } },
    tiny: { features: { framing: 'messages', mtu: 512 }, forecast: CALLS },
  })
  const mover: Mover = {
    name: 'teleport',
    systemCalls: 3,
    match: ({ kind }, sinks) => (kind === 'file' && sinks[0]!.kind === 'socket' ? 1 : null),
    run: () => nobody(),
  }
  registry.addMover(mover)
  const path = async (from: string, to: string) => {
    const { path, predicted } = await explain(from, to, { registry })
    return `${path} ${predicted!.copies} ${predicted!.systemCalls}`
  }
  t.is(await path('file:x', 'socket:x'), 'teleport 0 3')
  t.is(await path('socket:x', 'file:x'), 'read-into 0 3')
  t.is(await path('shared:x', 'shared:y'), 'hand-over 0 3')
  t.is(await path('into:x', 'shared:y'), 'read-into 0 3')
  t.is(await path('shared:x', 'into:y'), 'copy 1 3')
  t.is(await path('small:x', 'large:y'), 'read-into 0 3')
  // A claim for the largest message that may come would be larger than the sink's, or than is sensible.
  t.is(await path('small:x', 'tiny:y'), 'copy 1 3')
  t.is(await path('large:x', 'large:y'), 'copy 1 3')
  // A view hides what is beneath it.
  t.is(await path('file:x?frame=u32', 'socket:x?frame=u32'), 'copy 2 3')
})

test('a stream that is open is looked at itself, and stays as it was', async (t) => {
  let lent = 0
  class Lending extends Scripted {
    override takeKernel(): KernelEnd {
      lent++
      return { fd: -1, kind: 'pipe', offset: null, length: null, buffered: null, moved: () => void lent-- }
    }
  }
  const { registry } = schemes({})
  const source = new Lending({ pulls: [counting(3), END] })
  const it = await explain(source, new Scripted(), { registry })
  t.is(lent, 0)
  t.is(it.path, 'copy')
  t.deepEqual(it.source, {
    candidates: [{ uri: 'test:double', fate: 'opened', features: source.features }],
    chosen: 'test:double',
  })
  registry.addMover({ name: 'teleport', match: ({ kind }) => (kind === 'pipe' ? 1 : null), run: () => nobody() })
  t.is((await explain(source, new Lending(), { registry })).path, 'teleport')
  t.like(await explain(new Scripted({ features: { readable: false } }), source, { registry }), { path: null })
  t.like(await explain(source, new Scripted({ features: { writable: false } }), { registry }), { path: null })
})

test('analyze does it: opens, moves everything, closes, and counts', async (t) => {
  const { registry, opened, targets } = schemes({
    from: { pulls: [counting(40_000), counting(5), END], forecast: CALLS },
    to: { forecast: CALLS },
  })
  const it = await explain(['from:x'], 'to:x', { registry, analyze: true })
  t.deepEqual(
    targets.map(({ uri, mode }) => `${uri} ${mode}`),
    ['from:x r', 'to:x w'],
  )
  t.is(opened[1]!.output.length, 40_005)
  t.deepEqual(
    opened.map(({ destroyed }) => destroyed),
    ['closed', 'closed'],
  )
  // The first is sent from where it lies.
  t.like(it.measured, { path: 'copy', messages: 2, bytes: 40_005, copies: 1, ended: true })
  t.deepEqual(it.predicted, { copies: 1, systemCalls: 3, wakeUps: 1 })
  t.is(it.source.candidates[0]!.fate, 'opened')
  t.regex(String(it), /user-space copies, at most +1 +0\.50 +1\n/)
  t.regex(String(it), /moved +40005 bytes in 2 pieces by copy$/)
})

test('analyze of one stream reads it to its end', async (t) => {
  const server = await listen('mem:explained')
  const near = await open('mem:explained')
  const far = await server.accept()
  for (let i = 0; i < 3; i++) await far.write(counting(100))
  await far.end()
  const it = await explain(near, { analyze: true })
  t.like(it.measured, { path: 'read', messages: 3, bytes: 300, copies: 0, ended: true })
  // It was not opened here, and is not closed here.
  t.false(near.closed)
  await Promise.all([near.close(), far.close(), server.close()])
  t.true(shared.has('mem'))
})

test('analyze: what fails is thrown, and what was opened is closed', async (t) => {
  const { registry, opened } = schemes({ from: { pulls: [counting(5), new Error('broken')] }, to: {} })
  await t.throwsAsync(explain('from:x', 'to:x', { registry, analyze: true }), { code: 'ERR_CAMIO_SYSTEM' })
  await t.throwsAsync(explain('from:x', 'nowhere:x', { registry, analyze: true }), { code: 'ERR_CAMIO_NO_CANDIDATE' })
  t.is(opened.length, 3)
  t.true(opened.every(({ destroyed }) => destroyed !== 'no'))
})

test('analyze: an abort ends it, and it says how far it came', async (t) => {
  const controller = new AbortController()
  const { registry, opened } = schemes({ from: { pulls: [counting(5)] }, to: {} })
  const look = setInterval(() => {
    if (opened[1]?.output.length !== 5) return
    clearInterval(look)
    controller.abort()
  }, 1)
  const it = await explain('from:x', 'to:x', { registry, analyze: true, signal: controller.signal })
  t.like(it.measured, { bytes: 5, ended: false })
  t.regex(String(it), /stopped before the end/)
  t.true(opened.every(({ destroyed }) => destroyed !== 'no'))
})

test('JSON holds what there is to know, and nothing that JSON has no word for', async (t) => {
  const { registry } = schemes({ a: {}, b: {} })
  const it = await explain(['a:x', 'nowhere:x'], 'b:x', { registry })
  const json = JSON.parse(JSON.stringify(it))
  t.deepEqual(Object.keys(json), ['source', 'sink', 'path', 'problem', 'predicted', 'measured'])
  t.is(json.source.candidates[0].features.mtu, Number.MAX_SAFE_INTEGER)
  t.is(json.source.candidates[1].error, undefined)
  t.true(json.source.candidates[1].reason.includes('nowhere'))
})
