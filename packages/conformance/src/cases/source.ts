/** What speaks by itself - a timer, a recording - keeps the reader's half of the contract, whatever it says. */
import assert from 'node:assert/strict'
import { Selector, type Stream, select } from '@camio/core'
import { area, READS, SOURCE } from '../case.js'
import { startProcess, startWorker, task } from '../child/start.js'
import { meanwhile, rejectsCode, staysPending, throwsCode } from '../expect.js'
import type { Rig } from '../rig.js'

function opened(rig: Rig): Promise<Stream> {
  return rig.openStore(rig.subject.harness.source!.uri(), 'r')
}

export const source = area('a source', [
  {
    title: 'speaks without being written to, a lease at a time',
    needs: [SOURCE, READS],
    async run(rig) {
      const stream = await opened(rig)
      throwsCode(() => stream.release(), 'ERR_CAMIO_MISUSE')
      for (let i = 0; i < 3; i++) {
        assert.ok((await stream.read()) !== null, 'it ended')
        throwsCode(() => stream.tryRead(), 'ERR_CAMIO_MISUSE')
        assert.equal(stream.ended, false)
        assert.equal(stream.release(), true)
      }
      assert.ok(stream.stats.read.messages >= 3 && stream.stats.read.bytes > 0)
    },
  },
  {
    title: 'readable() does not resolve while a lease is out, and does after its release',
    needs: [SOURCE, READS],
    async run(rig) {
      const stream = await opened(rig)
      await stream.read()
      const waiting = meanwhile(stream.readable())
      await staysPending(waiting, 'a lease is out')
      stream.release()
      await waiting
    },
  },
  {
    title: 'batches: the limit, false, and a handler that throws',
    needs: [SOURCE, READS],
    async run(rig) {
      const stream = await opened(rig)
      assert.equal(
        stream.readBatch(() => {}, 0),
        0,
      )
      const oops = new Error('of the handler')
      const thrower = () => {
        throw oops
      }
      for (const handler of [() => {}, () => false as const]) {
        await stream.readable()
        assert.equal(stream.readBatch(handler, 1), 1)
      }
      await stream.readable()
      assert.throws(() => stream.readBatch(thrower, 1), oops)
      await stream.read()
      stream.release()
    },
  },
  {
    title: 'a loop that is left releases its lease',
    needs: [SOURCE, READS],
    async run(rig) {
      const stream = await opened(rig)
      for await (const lease of stream) {
        assert.ok(lease.length >= 0)
        break
      }
      assert.ok((await stream.read()) !== null)
    },
  },
  {
    title: 'aborting a wait loses nothing; several may wait at once',
    needs: [SOURCE, READS],
    async run(rig) {
      const stream = await opened(rig)
      const waiting = [stream.readable(), stream.readable()]
      // It may speak before the abort: not every time.
      for (let aborted = false; !aborted; ) {
        const abort = new AbortController()
        const reading = stream.read({ signal: abort.signal })
        abort.abort()
        aborted = await reading.then(
          () => !stream.release(),
          (error) => error === abort.signal.reason,
        )
      }
      await Promise.all(waiting)
      assert.ok((await stream.read()) !== null)
    },
  },
  {
    title: 'is selected, polled, and taken out',
    needs: [SOURCE, READS],
    async run(rig) {
      const [stream, other] = [await opened(rig), await opened(rig)]
      assert.ok((await select([stream, other])).length > 0)
      const selector = new Selector().add(stream).add(other)
      const end = performance.now() + 5000
      for (let seen = 0; seen < 5; ) {
        assert.ok(performance.now() < end, 'poll() sees nothing')
        for (const ready of selector.poll()) seen += (ready as Stream).readBatch(() => {})
      }
      selector.delete(stream)
      for (const ready of await selector.wait()) assert.equal(ready, other)
      selector.close()
    },
  },
  {
    title: 'closing wakes who waits with ERR_CAMIO_CLOSED, twice is once, and the counters stay',
    needs: [SOURCE, READS],
    async run(rig) {
      const stream = await opened(rig)
      await stream.read()
      const waiting = meanwhile(stream.readable())
      const { messages } = stream.stats.read
      const closed = stream.close()
      assert.equal(stream.close(), closed)
      await closed
      await rejectsCode(waiting, 'ERR_CAMIO_CLOSED')
      assert.equal(stream.release(), true)
      throwsCode(() => stream.tryRead(), 'ERR_CAMIO_CLOSED')
      assert.equal(stream.stats.read.messages, messages)
    },
  },
  {
    title: 'cannot be written where it says so',
    needs: [SOURCE, READS],
    async run(rig) {
      const stream = await opened(rig)
      if (stream.features.writable) return
      throwsCode(() => stream.tryClaim(0), 'ERR_CAMIO_NOT_WRITABLE')
      throwsCode(() => stream.tryClaimAt(0), 'ERR_CAMIO_NOT_WRITABLE')
      throwsCode(() => stream.tryWrite(new Uint8Array(1)), 'ERR_CAMIO_NOT_WRITABLE')
      await rejectsCode(stream.write(new Uint8Array(1)), 'ERR_CAMIO_NOT_WRITABLE')
      throwsCode(() => stream.commit(), 'ERR_CAMIO_MISUSE')
      throwsCode(() => stream.cancel(), 'ERR_CAMIO_MISUSE')
      await stream.end()
    },
  },
  {
    title: 'speaks in worker threads, in two at once; each ends by itself',
    needs: [SOURCE, READS],
    async run(rig) {
      const start = async () => {
        const started = startWorker(rig, task(rig, 'listen-to', rig.subject.harness.source!.uri()))
        await started.says('done')
        assert.equal(await started.ended, 0)
      }
      await Promise.all([start(), start()])
      await start()
    },
  },
  {
    title: 'keeps the process for whoever waits, unless it is unref’ed; not for an open stream',
    needs: [SOURCE, READS],
    async run(rig) {
      const uri = rig.subject.harness.source!.uri()
      const wordsOf = async (scenario: 'listen-to' | 'listen-unref' | 'idle-stored') => {
        const { words, code } = await startProcess(rig, task(rig, scenario, uri)).ended
        return { words, code }
      }
      assert.deepEqual(await wordsOf('listen-to'), { words: ['waiting', 'done'], code: 0 })
      assert.deepEqual((await wordsOf('listen-unref')).words, ['waiting'])
      assert.deepEqual(await wordsOf('idle-stored'), { words: ['idle'], code: 0 })
    },
  },
])
