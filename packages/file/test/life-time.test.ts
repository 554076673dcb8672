import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { open, pipe } from '@camio/core'
import '@camio/file'
import { pattern } from './support/bytes.js'
import { fresh, uri } from './support/folder.js'
import { makeFifo, native } from './support/tools.js'

const CHILD = new URL('children/worker.js', import.meta.url)

const descriptors = () => readdirSync('/proc/self/fd').length
const threads = () => readdirSync('/proc/self/task').length

async function runWorker(large: string): Promise<number> {
  const fifo = fresh('fifo')
  makeFifo(fifo)
  const worker = new Worker(CHILD, { workerData: { fifo, large, into: fresh() } })
  const [first] = (await once(worker, 'message')) as [number]
  await worker.terminate()
  return first
}

native('workers that are ended in the middle of moves, reads and mappings leave nothing behind', async (t) => {
  const large = fresh()
  const bytes = pattern(70 * 2 ** 20)
  writeFileSync(large, bytes)
  t.is(await runWorker(large), bytes[0])
  const before = { fds: descriptors(), threads: threads() }
  for (let i = 0; i < 3; i++) t.is(await runWorker(large), bytes[0])
  t.is(descriptors(), before.fds)
  t.true(threads() <= before.threads)
})

native('streams, moves and mappings give every descriptor back', async (t) => {
  const path = fresh()
  writeFileSync(path, pattern(100_000))
  const round = async () => {
    await pipe(await open(uri(path)), await open(uri(fresh(), 'mode=w')), { close: true })
    await pipe(await open(uri(path)), await Promise.all([1, 2].map(() => open(uri(fresh(), 'mode=w')))), {
      close: true,
    })
    const mapped = await open(uri(path, '', 'mmap'))
    await mapped.read()
    await mapped.close()
    await t.throwsAsync(open(uri(`${path}/none`)), { code: 'ERR_CAMIO_NOT_FOUND' })
    await t.throwsAsync(open('mmap:/dev/null'), { code: 'ERR_CAMIO_UNSUPPORTED' })
  }
  await round()
  const before = descriptors()
  for (let i = 0; i < 20; i++) await round()
  t.is(descriptors(), before)
})
