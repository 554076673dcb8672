/** What ticks say, and when; with the clock only compared to itself, so that a slow machine changes nothing. */
import { open, Selector, type Stream, select } from '@camio/core'
import { fromIterable } from '@camio/core/adapters'
import { missedTicks, TICK_SIZE, tickCount, timerOptions } from '@camio/timer'
import test from 'ava'
import fc from 'fast-check'
import { parseMoment } from '../dist/moment.js'
import { Schedule, type Sleeper } from '../dist/schedule.js'
import { writeTick } from '../dist/tick.js'
import { Times } from '../dist/times.js'

interface Tick {
  count: number
  missed: number
}

async function nextTick(stream: Stream): Promise<Tick | null> {
  const lease = await stream.read()
  if (lease === null) return null
  const tick = { count: tickCount(lease), missed: missedTicks(lease) }
  stream.release()
  return tick
}

function blockFor(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

test('every tick is in a message, or counted as missed in the next', async (t) => {
  await using timer = await open('timer:2ms')
  let before = 0
  for (let i = 0; i < 20; i++) {
    const { count, missed } = (await nextTick(timer))!
    t.is(count, before + 1 + missed)
    before = count
  }
})

test('late ticks are counted, not queued', async (t) => {
  await using timer = await open('timer:1ms')
  blockFor(50)
  const first = (await nextTick(timer))!
  t.true(first.count >= 49)
  t.is(first.missed, first.count - 1)
  t.is(timer.stats.read.overruns, first.missed)
  t.is(timer.stats.read.messages, 1)
})

test('ticks= ends it, however late it is read', async (t) => {
  await using timer = await open('timer:1ms?ticks=3')
  blockFor(20)
  t.deepEqual(await nextTick(timer), { count: 3, missed: 2 })
  t.true(timer.ended)
  t.is(await timer.read(), null)
  t.is(timer.tryRead(), null)
})

test('a time alone is one tick; one that is over is due at once', async (t) => {
  for (const at of [Date.now() + 20, Date.now() - 100_000, 0]) {
    await using timer = await open(`timer:?at=${at}`)
    t.deepEqual(await nextTick(timer), { count: 1, missed: 0 })
    t.true(Date.now() >= at - 2)
    t.true(timer.ended)
  }
})

test('a start says where the ticks stand: those before the opening are nobody’s', async (t) => {
  await using fast = await open('timer:1ms?at=0')
  const { count, missed } = (await nextTick(fast))!
  t.is(count, 1 + missed)
  t.true(count < 1e9)
  // The last one was due a moment ago, the next one will be in an hour.
  await using slow = await open(`timer:1h?at=${Date.now() - 1000}`)
  t.is(slow.tryRead(), null)
  await using late = await open(`timer:1h?at=${Date.now() + 1_800_000}`)
  t.is(late.tryRead(), null)
})

test('beside other timers in a selector: each is found, the busy ones do not hide the slow', async (t) => {
  const timers = await Promise.all(['timer:1ms', 'timer:3ms', 'timer:20ms'].map((uri) => open(uri)))
  const selector = new Selector()
  for (const timer of timers) selector.add(timer)
  const seen = new Map<unknown, number>()
  while (seen.size < 3) {
    for (const source of await selector.wait()) {
      seen.set(source, (seen.get(source) ?? 0) + (source as Stream).readBatch(() => {}))
    }
  }
  selector.close()
  for (const timer of timers) await timer.close()
  t.is(seen.size, 3)
})

test('beside streams: both are found', async (t) => {
  async function* words() {
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      yield 'word'
    }
  }
  await using stream = fromIterable(words())
  await using timer = await open('timer:3ms')
  let ticks = 0
  let bytes = 0
  while (!stream.ended) {
    for (const ready of await select([stream, timer])) {
      if (ready === timer) ticks += timer.readBatch(() => {})
      else stream.readBatch((_memory, _offset, length) => void (bytes += length))
    }
  }
  t.is(bytes, 20)
  t.true(ticks > 0)
})

test('a timeout of select does without a timer that is not due', async (t) => {
  await using timer = await open('timer:1h')
  t.deepEqual(await select([timer], { timeout: 5 }), [])
  t.false(timer.ready(1))
})

test('a time far away is waited for in pieces that Node can wait', async (t) => {
  await using timer = await open('timer:10000h')
  const abort = new AbortController()
  const reading = timer.read({ signal: abort.signal })
  setTimeout(() => abort.abort(new Error('long enough')), 20)
  await t.throwsAsync(reading, { message: 'long enough' })
})

const BAD: ReadonlyArray<readonly [string, string, RegExp]> = [
  ['timer:', 'ERR_CAMIO_BAD_URI', /no period and no at=/],
  ['timer:soon', 'ERR_CAMIO_BAD_URI', /period "soon"/],
  ['timer:0', 'ERR_CAMIO_BAD_URI', /period "0"/],
  ['timer:100', 'ERR_CAMIO_BAD_URI', /period "100"/],
  ['timer:-5ms', 'ERR_CAMIO_BAD_URI', /period/],
  ['timer:?at=tomorrow', 'ERR_CAMIO_BAD_OPTION', /"at".*is no time/],
  ['timer:?at=2030-13-45', 'ERR_CAMIO_BAD_OPTION', /"at"/],
  ['timer:?at=9999999999999999', 'ERR_CAMIO_BAD_OPTION', /"at"/],
  ['timer:?at=0&ticks=2', 'ERR_CAMIO_BAD_URI', /ticks=/],
  ['timer:1s?ticks=0', 'ERR_CAMIO_BAD_OPTION', /"ticks"/],
  ['timer:1s?mode=w', 'ERR_CAMIO_BAD_OPTION', /"mode"/],
]

for (const [uri, code, message] of BAD) {
  test(`${uri} is refused, and the error says what is wrong`, async (t) => {
    await t.throwsAsync(open(uri), { code, message })
  })
}

test('it cannot be listened on', async (t) => {
  const { listen } = await import('@camio/core')
  await t.throwsAsync(listen('timer:1s'), { code: 'ERR_CAMIO_UNSUPPORTED' })
})

// -------------------------------------------------------------------------------------------------------- the parts

test('moments: what is one, and what is none', (t) => {
  t.is(parseMoment('2030-01-31T08:00:00Z'), Date.UTC(2030, 0, 31, 8))
  t.is(parseMoment('2030-01-31T08:00:00.5+01:00'), Date.UTC(2030, 0, 31, 7, 0, 0, 500))
  t.is(parseMoment('2030-01-31'), Date.UTC(2030, 0, 31))
  t.is(parseMoment('1764000000000'), 1_764_000_000_000)
  for (const text of ['', 'now', '-1', '1.5', '1e3', '2030-1-1', 'Jan 1 2030', '0x10'])
    t.is(parseMoment(text), null, text)
  t.is(timerOptions.at.check!('now') === null, false)
})

test('any count and any number of missed ticks, there and back', (t) => {
  const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
  fc.assert(
    fc.property(amount, amount, fc.nat(8), (count, missed, offset) => {
      const bytes = new Uint8Array(offset + TICK_SIZE)
      writeTick(bytes.subarray(offset), count, missed)
      t.is(tickCount(bytes, offset), count)
      t.is(missedTicks(bytes, offset), missed)
      t.is(new DataView(bytes.buffer).getBigUint64(offset, true), BigInt(count))
    }),
  )
})

test('any times: what is due has passed, and nothing else', (t) => {
  const number = { noNaN: true, noDefaultInfinity: true }
  const first = fc.double({ min: 0, max: 1e9, ...number })
  const period = fc.oneof(fc.double({ min: 1e-3, max: 1e7, ...number }), fc.constant(Infinity))
  fc.assert(
    fc.property(
      first,
      period,
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1, max: 1000 }),
      (start, each, total, tick) => {
        const times = new Times(start, each, each === Infinity ? 1 : total)
        const at = times.due(tick)
        const passed = times.passed(Math.min(at, 1e12))
        t.true(times.due(passed + 1) > Math.min(at, 1e12))
        if (passed > 0) t.true(times.due(passed) <= Math.min(at, 1e12))
        if (at <= 1e12) t.true(passed >= tick)
        t.is(times.passed(start - 1), 0)
      },
    ),
  )
})

test('any sleepers: those whose time has come ring, the earliest first, and no other', async (t) => {
  class Probe implements Sleeper {
    place = -1
    constructor(
      readonly due: number,
      private readonly rung: Probe[],
    ) {}
    rang(): void {
      this.rung.push(this)
    }
  }
  const offsets = fc.array(fc.tuple(fc.integer({ min: -1000, max: -1 }), fc.boolean()), { minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(offsets, async (given) => {
      const schedule = new Schedule()
      const rung: Probe[] = []
      const now = performance.now()
      const far = new Probe(now + 3_600_000, rung)
      schedule.add(far)
      const probes = given.map(([offset]) => new Probe(now + offset, rung))
      for (const probe of probes) schedule.add(probe)
      const removed = probes.filter((_, i) => given[i]![1])
      for (const probe of removed) schedule.remove(probe)
      for (let i = 0; i < 100 && rung.length < probes.length - removed.length; i++) {
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      schedule.remove(far)
      const expected = probes.filter((probe) => !removed.includes(probe)).map(({ due }) => due)
      t.deepEqual(
        rung.map(({ due }) => due),
        expected.sort((a, b) => a - b),
      )
      t.true([...probes, far].every(({ place }) => place === -1))
    }),
    { numRuns: 50 },
  )
})
