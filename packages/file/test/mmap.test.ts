import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { open, type PipeError, pipe, Registry } from '@camio/core'
import '@camio/file'
import { pattern, readAll, same, text } from './support/bytes.js'
import { fresh, uri } from './support/folder.js'
import { makeFifo, native } from './support/tools.js'

const GIB = 2 ** 30
const mmap = (path: string, options = '') => uri(path, options, 'mmap')

function file(bytes: Uint8Array): string {
  const path = fresh()
  writeFileSync(path, bytes)
  return path
}

/** Has this process a descriptor of it? */
function isOpen(path: string): boolean {
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      return false
    }
  })
}

/** A file with holes, and `mark` at some places. */
function sparse(size: number, marks: ReadonlyArray<readonly [at: number, mark: string]>): string {
  const path = fresh('sparse')
  const fd = openSync(path, 'w')
  ftruncateSync(fd, size)
  for (const [at, mark] of marks) writeSync(fd, mark, at)
  closeSync(fd)
  return path
}

native('a whole file is lent without a copy, window after window', async (t) => {
  const bytes = pattern(1_000_003)
  const r = await open(mmap(file(bytes), 'window=64KiB&chunk=10000'))
  t.true(same(await readAll(r), bytes))
  t.is(r.stats.read.copies, 0)
  t.is(r.stats.read.bytes, bytes.length)
  t.true(r.ended)
  await r.close()
})

native(
  'leases are the mapping itself: what is written to the file shows, what is written to a lease does not',
  async (t) => {
    const path = file(pattern(100_000))
    const r = await open(mmap(path))
    const lease = (await r.read())!
    const fd = openSync(path, 'r+')
    writeSync(fd, 'seen', 50_000)
    closeSync(fd)
    t.is(text(lease.subarray(50_000, 50_004)), 'seen')
    lease.fill(0)
    t.is(readFileSync(path).subarray(50_000, 50_004).toString(), 'seen')
    await r.close()
  },
)

native('a lease that straddles two windows stays in one piece', async (t) => {
  const bytes = pattern(300_000)
  const r = await open(mmap(file(bytes), 'window=64KiB&chunk=40000'))
  let at = 0
  for (let lease = await r.read(); lease !== null; lease = await r.read()) {
    t.true(same(lease, bytes.subarray(at, at + lease.length)))
    const consumed = r.position + lease.length === bytes.length ? lease.length : Math.min(lease.length, 33_333)
    at += consumed
    r.release(consumed)
  }
  t.is(at, bytes.length)
  await r.close()
})

native('a rest is offered again with more behind it, up to max-lease', async (t) => {
  const r = await open(mmap(file(pattern(100_000)), 'chunk=10000&window=64KiB&max-lease=45000'))
  const lengths: number[] = []
  for (let i = 0; i < 5; i++) {
    lengths.push((await r.read())!.length)
    r.release(0)
  }
  t.deepEqual(lengths, [10_000, 20_000, 30_000, 40_000, 45_000])
  await t.throwsAsync(r.read(), { code: 'ERR_CAMIO_TOO_LARGE' })
  await r.close()
})

native('a file that another process truncates is a typed error, not a signal', async (t) => {
  const path = file(pattern(1_000_000))
  const r = await open(mmap(path))
  const lease = (await r.read())!
  truncateSync(path, 10)
  // SIGBUS without the handler: this page is gone.
  t.is(lease[500_000], 0)
  t.false(r.release())
  t.throws(() => r.tryRead(), { code: 'ERR_CAMIO_TRUNCATED' })
  await r.close()
  const whole = await open(mmap(path))
  t.is((await readAll(whole)).length, 10)
  await whole.close()
})

native('a truncation between two leases is noticed before the next', async (t) => {
  const path = file(pattern(1_000_000))
  const r = await open(mmap(path, 'chunk=4096'))
  await r.read()
  r.release()
  truncateSync(path, 500_000)
  await t.throwsAsync(r.read(), { code: 'ERR_CAMIO_TRUNCATED' })
  await r.close()
})

native('a truncation while a sink writes from the mapping is the source’s error', async (t) => {
  const path = file(pattern(1_000_000))
  const to = fresh('fifo')
  makeFifo(to)
  const [source, reader, sink] = await Promise.all([
    open(mmap(path, 'chunk=1000000')),
    open(uri(to)),
    open(uri(to, 'mode=w')),
  ])
  // Without movers it goes through user space.
  const moving = pipe(source, sink, { registry: new Registry() })
  await reader.read()
  truncateSync(path, 10)
  reader.release()
  const reading = readAll(reader)
  const error = (await t.throwsAsync<PipeError>(moving, { code: 'ERR_CAMIO_TRUNCATED' }))!
  t.is(error.uri, source.uri)
  t.true(error.result.bytes > 0 && error.result.bytes < 1_000_000)
  t.is(source.error?.code, 'ERR_CAMIO_TRUNCATED')
  await sink.close({ discard: true })
  await reading
  for (const stream of [source, reader]) await stream.close()
})

native('after close a lease that was kept reads zeros', async (t) => {
  const r = await open(mmap(file(pattern(100_000).fill(7))))
  const lease = (await r.read())!
  t.is(lease[0], 7)
  await r.close()
  t.is(lease[0], 0)
  lease[0] = 1
})

native('5 GiB: windows reach what lies beyond 2 and 4 GiB', async (t) => {
  const size = 5 * GIB
  const places = [2 * GIB - 2, 4 * GIB - 3, size - 5]
  const path = sparse(
    size,
    places.map((at) => [at, 'mark!']),
  )
  const r = await open(mmap(path, 'window=1GiB&chunk=1MiB'))
  for (const at of places) {
    r.seek(at)
    t.is(text((await r.read())!.subarray(0, 5)), 'mark!')
    r.release()
  }
  r.seek(size)
  t.is(await r.read(), null)
  await r.close()
})

native('offset= and length= map a part; an empty file is at its end; others are refused', async (t) => {
  const part = await open(mmap(file(Buffer.from('0123456789')), 'offset=3&length=4'))
  t.is(text(await readAll(part)), '3456')
  await part.close()
  const empty = await open(mmap(file(new Uint8Array(0))))
  t.is(await empty.read(), null)
  t.true(empty.ended)
  await empty.close()
  // What proc(5) makes as it is read says that its size is 0: a mapping would lose it.
  if (existsSync('/proc/version')) {
    await t.throwsAsync(open('mmap:/proc/version'), { code: 'ERR_CAMIO_UNSUPPORTED', message: /file: reads it/ })
    t.false(isOpen('/proc/version'))
  }
  await t.throwsAsync(open('mmap:/dev/zero'), { code: 'ERR_CAMIO_UNSUPPORTED' })
  await t.throwsAsync(open('mmap:/'), { code: 'ERR_CAMIO_IS_DIRECTORY' })
  await t.throwsAsync(open('mmap:/nowhere'), { code: 'ERR_CAMIO_NOT_FOUND' })
  await t.throwsAsync(open(mmap(fresh(), 'mode=w')), { code: 'ERR_CAMIO_BAD_OPTION' })
})
