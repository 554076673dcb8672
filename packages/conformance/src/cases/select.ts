import assert from 'node:assert/strict'
import { listen, open, Selector, select as selectFirst } from '@camio/core'
import '@camio/mem'
import { area, LINK, PAIR, POLLS } from '../case.js'
import { fill, meanwhile, next, staysPending } from '../expect.js'
import { memName } from '../mem.js'
import { collectBytes, pattern, sameBytes } from '../payload.js'

export const select = area('select', [
  {
    title: 'resolves with the stream that has something, of several',
    needs: [LINK],
    async run(rig) {
      const listener = await rig.listen()
      const pairs = [await rig.connect(listener), await rig.connect(listener), await rig.connect(listener)]
      const waiting = meanwhile(selectFirst(pairs.map(({ far }) => far)))
      await staysPending(waiting, 'select with nothing at hand')
      await pairs[1]!.near.write(pattern(0, 10))
      assert.deepEqual(await waiting, [pairs[1]!.far])
      sameBytes(await next(pairs[1]!.far), pattern(0, 10))
    },
  },
  {
    title: 'a timeout answers with an empty list; 0 looks once',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      assert.deepEqual(await selectFirst([far], { timeout: 0 }), [])
      assert.deepEqual(await selectFirst([far], { timeout: 5 }), [])
      await near.write(pattern(0, 10))
      await far.readable()
      assert.deepEqual(await selectFirst([far], { timeout: 0 }), [far])
    },
  },
  {
    title: 'is level-triggered: what was not read is reported again',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      await near.write(pattern(0, 10))
      for (let i = 0; i < 3; i++) assert.deepEqual(await selectFirst([far]), [far])
      const selector = new Selector().add(far)
      for (let i = 0; i < 3; i++) assert.deepEqual([...(await selector.wait())], [far])
      await next(far)
      assert.deepEqual([...selector.poll()], [])
      selector.close()
    },
  },
  {
    title: 'the end, a broken and a closed stream are ready',
    needs: [PAIR],
    async run(rig) {
      const ended = await rig.pair()
      await ended.near.end()
      assert.deepEqual(await selectFirst([ended.far]), [ended.far])
      const closed = await rig.pair()
      const waiting = meanwhile(selectFirst([closed.far]))
      await closed.far.close()
      assert.deepEqual(await waiting, [closed.far])
    },
  },
  {
    title: 'for write: a full stream is ready when there is room',
    needs: [PAIR],
    async run(rig) {
      const { near, far } = await rig.pair()
      assert.deepEqual(await selectFirst([{ stream: near, for: 'write' }]), [near])
      await fill(near)
      const waiting = meanwhile(selectFirst([{ stream: near, for: 'write' }]))
      await staysPending(waiting, 'select for write on a full stream')
      const reading = meanwhile(collectBytes(far))
      assert.deepEqual(await waiting, [near])
      await near.end()
      await reading
    },
  },
  {
    title: 'a listener is ready when a stream can be accepted',
    needs: [LINK],
    async run(rig) {
      const listener = await rig.listen()
      const waiting = meanwhile(selectFirst([listener]))
      await staysPending(waiting, 'select on an idle listener')
      await rig.openAt(listener)
      assert.deepEqual(await waiting, [listener])
      const far = listener.tryAccept()
      assert.ok(far !== null)
      rig.keep(far)
    },
  },
  {
    title: 'several selectors and readable() may wait on one stream',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const selector = new Selector().add(far)
      const waits = [selectFirst([far]), selector.wait(), far.readable()].map(meanwhile<unknown>)
      await near.write(pattern(0, 10))
      await Promise.all(waits)
      selector.close()
      sameBytes(await next(far), pattern(0, 10))
    },
  },
  {
    title: 'an aborted select leaves the streams usable',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const controller = new AbortController()
      const reason = new Error('enough')
      const waiting = meanwhile(assert.rejects(selectFirst([far], { signal: controller.signal }), reason))
      controller.abort(reason)
      await waiting
      await near.write(pattern(0, 10))
      sameBytes(await next(far), pattern(0, 10))
    },
  },
  {
    title: 'is fair: of streams that are always ready none starves',
    needs: [LINK],
    async run(rig) {
      const listener = await rig.listen()
      const pairs = [await rig.connect(listener), await rig.connect(listener), await rig.connect(listener)]
      for (const { near, far } of pairs) {
        await near.write(pattern(0, 10))
        await far.readable()
      }
      const selector = new Selector()
      for (const { far } of pairs) selector.add(far)
      const first = new Set<unknown>()
      for (let i = 0; i < 6; i++) first.add((await selector.wait())[0])
      assert.equal(first.size, 3)
      selector.close()
    },
  },
  {
    title: 'a selector serves streams that come and go',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const selector = new Selector().add(far)
      assert.equal(selector.delete(far), true)
      await near.write(pattern(0, 10))
      await far.readable()
      assert.deepEqual([...selector.poll()], [])
      selector.add(far)
      assert.deepEqual([...selector.poll()], [far])
      await far.close()
      await selector.wait()
      assert.equal(selector.size, 0)
      selector.close()
    },
  },
  {
    title: 'polling alone makes progress: a synchronous loop is never stuck behind a cork',
    needs: [LINK, POLLS],
    async run(rig) {
      const { near, far } = await rig.pair()
      const selector = new Selector().add(far)
      for (let round = 0; round < 20; round++) {
        assert.equal(near.tryWrite(pattern(round * 10, 10)), true)
        const end = performance.now() + 5000
        while (selector.poll().length === 0) assert.ok(performance.now() < end, 'poll() sees nothing')
        sameBytes(far.tryRead()!, pattern(round * 10, 10))
        far.release()
      }
      selector.close()
    },
  },
  {
    title: 'mixes with another transport',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const name = memName()
      const other = rig.keep(await listen(name))
      const memNear = rig.keep(await open(name))
      const memFar = rig.keep(await other.accept())
      const selector = new Selector().add(far).add(memFar).add(other)
      for (let round = 0; round < 10; round++) {
        const [writer, reader] = round % 2 === 0 ? [near, far] : [memNear, memFar]
        const waiting = meanwhile(selector.wait())
        await writer.write(pattern(round, 10))
        assert.deepEqual([...(await waiting)], [reader])
        sameBytes(await next(reader), pattern(round, 10))
      }
      selector.close()
    },
  },
])
