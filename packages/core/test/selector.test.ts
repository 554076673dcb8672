/** `Selector` and `select`. */
import { type Selectable, Selector, select } from '@camio/core'
import test from 'ava'
import { bytes, settled, turn } from './support/init.js'
import { Mailbox } from './support/mailbox.js'
import { Scripted } from './support/scripted.js'

function mailboxes(count: number): Mailbox[] {
  return Array.from({ length: count }, () => new Mailbox())
}

function take(stream: Selectable): void {
  const mailbox = stream as Mailbox
  mailbox.tryRead()
  mailbox.release()
}

test('select resolves with those that are ready', async (t) => {
  const [a, b, c] = mailboxes(3)
  a!.arrive(bytes(1))
  c!.arrive(bytes(1))
  t.deepEqual(await select([a!, b!, c!]), [a, c])
  t.is(a!.watched(1), false)
  t.is(b!.armed, 0)
})

test('select waits for the first', async (t) => {
  const [a, b] = mailboxes(2)
  const waiting = select([a!, b!])
  t.false(await settled(waiting))
  b!.arrive(bytes(1))
  t.deepEqual(await waiting, [b])
  t.is(a!.armed, 0)
})

test('the end and an error are readiness, too', async (t) => {
  const [a, b] = mailboxes(2)
  a!.finish()
  b!.break()
  t.deepEqual(await select([a!, b!]), [a, b])
})

test('for: write waits for room', async (t) => {
  const stream = new Mailbox()
  stream.room = 0
  const waiting = select([{ stream, for: 'write' }])
  stream.arrive(bytes(1))
  t.false(await settled(waiting))
  stream.makeRoom(1)
  t.deepEqual(await waiting, [stream])
})

test('a stream for reading and for writing stands in the answer once', async (t) => {
  const stream = new Mailbox()
  stream.arrive(bytes(1))
  t.deepEqual(await select([stream, { stream, for: 'write' }]), [stream])
})

test('select sends what was committed before it waits', async (t) => {
  const out = new Scripted()
  const quiet = new Mailbox()
  out.tryWrite(bytes(1))
  const waiting = select([quiet], { timeout: 1 })
  t.deepEqual(out.output, bytes(1))
  t.deepEqual(await waiting, [])
})

test('timeout: an empty answer; 0 only looks', async (t) => {
  const [a] = mailboxes(1)
  t.deepEqual(await select([a!], { timeout: 2 }), [])
  t.deepEqual(await select([a!], { timeout: 0 }), [])
  t.deepEqual(await select([], { timeout: 0 }), [])
  t.is(a!.armed, 0)
  a!.arrive(bytes(1))
  t.deepEqual(await select([a!], { timeout: 0 }), [a])
})

test('nothing to wait for, without a timeout, is a mistake', async (t) => {
  await t.throwsAsync(select([]), { code: 'ERR_CAMIO_MISUSE' })
})

test('abort: rejects with the reason, and everybody is as before', async (t) => {
  const [a] = mailboxes(1)
  const controller = new AbortController()
  const waiting = select([a!], { signal: controller.signal })
  await turn()
  const reason = new Error('enough')
  controller.abort(reason)
  t.is(await t.throwsAsync(waiting), reason)
  t.is(a!.armed, 0)
  await t.throwsAsync(select([a!], { signal: controller.signal }), { is: reason })
  a!.arrive(bytes(1))
  t.deepEqual(await select([a!]), [a])
})

test('abort and a wake-up in the same turn: one of them is the answer, none is lost', async (t) => {
  const [a] = mailboxes(1)
  const selector = new Selector().add(a!)
  const controller = new AbortController()
  const waiting = selector.wait({ signal: controller.signal })
  await turn()
  // The wake-up says nothing: a wait that forgot the abort would last for ever.
  selector.add(new Mailbox())
  controller.abort(new Error('enough'))
  await t.throwsAsync(waiting, { message: 'enough' })
})

test('many selectors, and readable(), wait on one stream: each is told', async (t) => {
  const stream = new Mailbox()
  const waits = [select([stream]), select([stream]), stream.readable()]
  await turn()
  stream.arrive(bytes(1))
  await Promise.all(waits)
  t.is(stream.stats.read.wakeUps, 1)
})

test('level-triggered: told again until it is read', async (t) => {
  const [a, b] = mailboxes(2)
  const selector = new Selector().add(a!).add(b!)
  a!.arrive(bytes(1), bytes(2))
  for (let i = 0; i < 3; i++) t.deepEqual([...selector.poll()], [a])
  take(a!)
  t.deepEqual([...selector.poll()], [a])
  take(a!)
  t.deepEqual([...selector.poll()], [])
  a!.arrive(bytes(3))
  t.deepEqual([...(await selector.wait())], [a])
})

test('fair: who serves only the first of each answer serves all', async (t) => {
  const all = mailboxes(5)
  const selector = new Selector()
  for (const one of all) {
    selector.add(one)
    one.arrive(...Array.from({ length: 20 }, () => bytes(1)))
  }
  const served = new Map<Selectable, number>()
  for (let i = 0; i < 50; i++) {
    const [first] = await selector.wait()
    take(first!)
    served.set(first!, (served.get(first!) ?? 0) + 1)
  }
  t.deepEqual([...served.values()], [10, 10, 10, 10, 10])
})

test('idle members cost nothing: an event is one look at one member, among ten as among a thousand', async (t) => {
  for (const count of [10, 1000]) {
    const all = mailboxes(count)
    const selector = new Selector()
    for (const one of all) selector.add(one)
    selector.poll()
    for (const one of all) one.looks = 0
    for (let i = 0; i < 20; i++) {
      const waiting = selector.wait()
      await turn()
      const one = all[(i * 7) % count]!
      one.arrive(bytes(1))
      t.deepEqual([...(await waiting)], [one])
      take(one)
    }
    const looks = all.reduce((sum, one) => sum + one.looks, 0)
    t.true(looks <= 60, `${looks} looks for 20 events`)
    selector.close()
  }
})

test('many ready members: each look looks at each once', (t) => {
  const all = mailboxes(1000)
  const selector = new Selector()
  for (const one of all) {
    selector.add(one)
    one.arrive(bytes(1))
  }
  t.is(selector.poll().length, 1000)
  for (const one of all) one.looks = 0
  t.is(selector.poll().length, 1000)
  t.is(
    all.reduce((sum, one) => sum + one.looks, 0),
    1000,
  )
})

test('add and delete while it waits', async (t) => {
  const [a, b, c] = mailboxes(3)
  const selector = new Selector().add(a!)
  const waiting = selector.wait()
  await turn()
  selector.add(b!)
  selector.add(c!)
  t.true(selector.delete(c!))
  t.false(selector.delete(c!))
  t.is(selector.size, 2)
  c!.arrive(bytes(1))
  t.false(await settled(waiting))
  b!.arrive(bytes(1))
  t.deepEqual([...(await waiting)], [b])
  t.is(c!.armed, 0)
})

test('a member that is ready when it is added ends the wait', async (t) => {
  const [a, b] = mailboxes(2)
  b!.arrive(bytes(1))
  const selector = new Selector().add(a!)
  const waiting = selector.wait()
  await turn()
  selector.add(b!)
  t.deepEqual([...(await waiting)], [b])
})

test('adding twice is adding once', (t) => {
  const [a] = mailboxes(1)
  const selector = new Selector().add(a!).add(a!).add(a!, 'write').add(a!, 'write')
  t.is(selector.size, 1)
  a!.room = 0
  selector.poll()
  t.is(a!.armed, 2)
  selector.delete(a!)
  t.is(a!.armed, 0)
})

test('a member that closes is told once, and is none any more', async (t) => {
  const [a, b] = mailboxes(2)
  const selector = new Selector().add(a!).add(b!)
  const waiting = selector.wait()
  await turn()
  await a!.close()
  t.deepEqual([...(await waiting)], [a])
  t.is(selector.size, 1)
  t.deepEqual([...selector.poll()], [])
  selector.add(a!)
  t.deepEqual([...selector.poll()], [a])
  t.deepEqual([...selector.poll()], [])
})

test('members may be closed and deleted while an answer is worked through', async (t) => {
  const all = mailboxes(4)
  const selector = new Selector()
  for (const one of all) {
    selector.add(one)
    one.arrive(bytes(1))
  }
  for (const one of await selector.wait()) {
    await one.close()
    selector.delete(one)
  }
  t.is(selector.size, 0)
  t.deepEqual([...selector.poll()], [])
})

test('a source that wakes while it is armed is not slept through', async (t) => {
  const stream = new Mailbox()
  let once = true
  stream.arm = () => {
    if (once) {
      once = false
      stream.arrive(bytes(1))
    }
    return false
  }
  t.deepEqual([...(await new Selector().add(stream).wait())], [stream])
})

test('closing the selector ends the wait, and touches no member', async (t) => {
  const [a] = mailboxes(1)
  const selector = new Selector().add(a!)
  const waiting = selector.wait()
  await turn()
  selector.close()
  await t.throwsAsync(waiting, { code: 'ERR_CAMIO_CLOSED' })
  t.is(a!.armed, 0)
  t.false(a!.closed)
  t.throws(() => selector.add(a!), { code: 'ERR_CAMIO_CLOSED' })
  await t.throwsAsync(selector.wait(), { code: 'ERR_CAMIO_CLOSED' })
})

test('one wait at a time', async (t) => {
  const [a] = mailboxes(1)
  const selector = new Selector().add(a!)
  const waiting = selector.wait()
  await t.throwsAsync(selector.wait(), { code: 'ERR_CAMIO_MISUSE' })
  a!.arrive(bytes(1))
  await waiting
  await selector.wait()
})

test('priority: the higher ones stand first, fair among equals', (t) => {
  const [low, a, b, high] = mailboxes(4)
  const selector = new Selector()
    .add(low!, 'read', { priority: -1 })
    .add(a!)
    .add(b!)
    .add(high!, 'read', { priority: 100 })
  for (const one of [low!, a!, b!, high!]) one.arrive(bytes(1))
  t.deepEqual([...selector.poll()], [high, a, b, low])
  t.deepEqual([...selector.poll()], [high, b, a, low])
  take(high!)
  take(b!)
  t.deepEqual([...selector.poll()], [a, low])
})

test('priority: adding again changes it, for that thing only', async (t) => {
  const [a, b] = mailboxes(2)
  const selector = new Selector().add(a!).add(b!).add(b!, 'write')
  for (const one of [a!, b!]) one.arrive(bytes(1))
  selector.poll()
  selector.add(b!, 'read', { priority: 1 })
  t.is(selector.size, 2)
  t.deepEqual([...selector.poll()], [b, a])
  selector.add(b!, 'read', { priority: -1 })
  b!.room = 0
  t.deepEqual([...selector.poll()], [a, b])
  take(b!)
  take(a!)
  t.deepEqual([...selector.poll()], [])
  // What it was watched for before is watched no more.
  selector.delete(b!)
  t.is(b!.armed, 0)
})

test('select takes priorities, too; what is none is a mistake', async (t) => {
  const [a, b] = mailboxes(2)
  for (const one of [a!, b!]) one.arrive(bytes(1))
  t.deepEqual(await select([a!, { stream: b!, priority: 2 }]), [b, a])
  for (const priority of [101, -101, 0.5, Number.NaN, '1' as unknown as number])
    t.throws(() => new Selector().add(a!, 'read', { priority }), { code: 'ERR_CAMIO_MISUSE' })
})

test('one that is always ready keeps neither timers nor the others from their turn', async (t) => {
  const [busy] = mailboxes(1)
  busy!.arrive(bytes(1))
  const selector = new Selector().add(busy!)
  for (const wait of [() => selector.wait(), () => select([busy!]), () => selector.wait({ wait: 'spin' })]) {
    let fired = false
    setTimeout(() => {
      fired = true
    }, 1)
    for (let rounds = 0; !fired; rounds++) {
      await wait()
      if (rounds === 1_000_000) return t.fail('the event loop never ran')
    }
  }
  t.pass()
})

test('a wait that is answered at once makes no promise of its own', async (t) => {
  const [a] = mailboxes(1)
  a!.arrive(bytes(1))
  const selector = new Selector().add(a!)
  await turn()
  await selector.wait()
  t.is(selector.wait(), selector.wait())
})

test('a program that polls does not watch who was ready lately: nobody has to wake it', (t) => {
  const [a] = mailboxes(1)
  const selector = new Selector().add(a!)
  a!.arrive(bytes(1))
  t.deepEqual([...selector.poll()], [a])
  take(a!)
  t.deepEqual([...selector.poll()], [])
  t.is(a!.armed, 0)
  a!.arrive(bytes(1))
  t.deepEqual([...selector.poll()], [a])
  t.is(a!.stats.read.wakeUps, 0)
})

test('who has had nothing for many looks is watched, and costs nothing any more', (t) => {
  const [a] = mailboxes(1)
  const selector = new Selector().add(a!)
  a!.arrive(bytes(1))
  selector.poll()
  take(a!)
  let looks = 0
  while (a!.armed === 0 && looks < 10_000) {
    selector.poll()
    looks++
  }
  t.true(looks > 1 && looks < 10_000, `${looks} looks`)
  a!.arrive(bytes(1))
  t.is(a!.stats.read.wakeUps, 1)
  t.deepEqual([...selector.poll()], [a])
})

for (const wait of ['park', 'yield', 'spin', 'spin:50us'])
  test(`wait=${wait} after polling: nothing is slept through`, async (t) => {
    const [a] = mailboxes(1)
    const selector = new Selector().add(a!)
    for (let i = 0; i < 3; i++) {
      a!.arrive(bytes(1))
      t.deepEqual([...selector.poll()], [a])
      take(a!)
      t.deepEqual([...selector.poll()], [])
      setTimeout(() => a!.arrive(bytes(1)), 3)
      t.deepEqual([...(await selector.wait({ wait }))], [a])
      take(a!)
    }
  })

test('who was ready lately and closes is told to a program that polls', async (t) => {
  const [a] = mailboxes(1)
  const selector = new Selector().add(a!)
  a!.arrive(bytes(1))
  selector.poll()
  take(a!)
  selector.poll()
  await a!.close()
  t.deepEqual([...selector.poll()], [a])
  t.is(selector.size, 0)
})
