/** Schemes that keep what is written: creating, replacing, adding, and reading at a position. */
import assert from 'node:assert/strict'
import { area, mode, type Need, PLAIN, STORE } from '../case.js'
import { throwsCode } from '../expect.js'
import { checkPattern, collectBytes, pattern, sameBytes } from '../payload.js'

const SEEKABLE: Need = { what: 'a seekable stream', holds: ({ features }) => features.seekable }
const NOT_SEEKABLE: Need = { what: 'a stream that is not seekable', holds: ({ features }) => !features.seekable }

export const store = area('store', [
  {
    title: 'mode=w replaces what was there',
    needs: [STORE, PLAIN, mode('w')],
    async run(rig) {
      const { harness } = rig.subject
      const uri = await harness.store!.place()
      await harness.store!.put(uri, pattern(500, 1000))
      const stream = await rig.openStore(uri, 'w')
      await stream.write(pattern(0, 10))
      await stream.close()
      sameBytes(await harness.store!.get!(uri), pattern(0, 10))
    },
  },
  {
    title: 'mode=a adds to what was there',
    needs: [STORE, PLAIN, mode('a')],
    async run(rig) {
      const { harness } = rig.subject
      const uri = await harness.store!.place()
      await harness.store!.put(uri, pattern(0, 1000))
      for (const from of [1000, 1100]) {
        const stream = await rig.openStore(uri, 'a')
        await stream.write(pattern(from, 100))
        await stream.close()
      }
      sameBytes(await harness.store!.get!(uri), pattern(0, 1200))
    },
  },
  {
    title: 'an empty thing is just the end',
    needs: [STORE, PLAIN],
    async run(rig) {
      const { harness } = rig.subject
      const uri = await harness.store!.place()
      await harness.store!.put(uri, new Uint8Array(0))
      const stream = await rig.openStore(uri, 'r')
      assert.equal(await stream.read(), null)
      assert.equal(stream.ended, true)
    },
  },
  {
    title: 'many readers at once see the same',
    needs: [STORE, PLAIN],
    async run(rig) {
      const { harness } = rig.subject
      const uri = await harness.store!.place()
      await harness.store!.put(uri, pattern(0, 300_000))
      const readers = await Promise.all(Array.from({ length: 8 }, () => rig.openStore(uri, 'r')))
      for (const bytes of await Promise.all(readers.map(collectBytes))) {
        assert.equal(bytes.length, 300_000)
        checkPattern(bytes, 0)
      }
    },
  },
  {
    title: 'position tells what was consumed; seek() reads from elsewhere',
    needs: [STORE, PLAIN, SEEKABLE],
    async run(rig) {
      const stream = await rig.source([pattern(0, 100_000)])
      assert.equal(stream.position, 0)
      await stream.read()
      stream.release(10)
      assert.equal(stream.position, 10)
      for (const position of [50_000, 3, 99_999, 0]) {
        stream.seek(position)
        assert.equal(stream.position, position)
        const lease = await stream.read()
        assert.ok(lease !== null && lease.length > 0)
        checkPattern(lease, position)
        stream.release()
      }
      stream.seek(100_000)
      assert.equal(await stream.read(), null)
      stream.seek(99_990)
      sameBytes(await collectBytes(stream), pattern(99_990, 10))
    },
  },
  {
    title: 'position and seek() of what is not seekable are ERR_CAMIO_UNSUPPORTED',
    needs: [STORE, NOT_SEEKABLE],
    async run(rig) {
      const stream = await rig.source([pattern(0, 10)])
      throwsCode(() => stream.position, 'ERR_CAMIO_UNSUPPORTED')
      throwsCode(() => stream.seek(1), 'ERR_CAMIO_UNSUPPORTED')
    },
  },
])
