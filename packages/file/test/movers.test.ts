import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { open, type PipeError, pipe, type Stream } from '@camio/core'
import test from 'ava'
import '@camio/file'
import { pattern, readAll, same } from './support/bytes.js'
import { fresh, uri } from './support/folder.js'
import { makeFifo, native, needing } from './support/tools.js'

const MIB = 2 ** 20
const GIB = 2 ** 30
/** Which of the two it is depends on the file system; see docs/schemes/file.md. */
const FILE_TO_FILE = ['copy_file_range', 'read-write']
/** A `read-write` takes two for each of so many bytes. */
const PIECE = 32 * 1024

function file(bytes: Uint8Array): string {
  const path = fresh()
  writeFileSync(path, bytes)
  return path
}

function fifo(): string {
  const path = fresh('fifo')
  makeFifo(path)
  return path
}

const reader = (path: string, options = '') => open(uri(path, options))
const writer = (path: string, options = 'mode=w') => open(uri(path, options))

async function closeAll(...streams: Stream[]): Promise<void> {
  for (const stream of streams) await stream.close()
}

native('file to file goes through the kernel, without a copy', async (t) => {
  const bytes = pattern(3 * MIB + 1)
  const to = fresh()
  const [source, sink] = [await reader(file(bytes)), await writer(to)]
  const result = await pipe(source, sink)
  t.true(FILE_TO_FILE.includes(result.path), result.path)
  t.like(result, { bytes: bytes.length, copies: 0, ended: true })
  t.true(result.systemCalls > 0 && result.systemCalls < 20 + (2 * bytes.length) / PIECE)
  t.true(same(readFileSync(to), bytes))
  t.true(source.ended)
  t.is(source.stats.read.bytes, bytes.length)
  t.is(sink.stats.write.bytes, bytes.length)
  t.is(sink.position, bytes.length)
  await closeAll(source, sink)
})

for (const folder of ['/dev/shm', '/tmp']) {
  needing(existsSync(folder), folder)(
    `two threads in ${folder}: a large copy is the same byte for byte, also from an odd offset`,
    async (t) => {
      const bytes = pattern(70 * MIB + 12_345)
      const [from, to] = [`${folder}/camio-file-test-${process.pid}-a`, `${folder}/camio-file-test-${process.pid}-b`]
      try {
        writeFileSync(from, bytes)
        for (const offset of [0, 4097]) {
          const [source, sink] = [await reader(from, `offset=${offset}`), await writer(to, `mode=w&offset=${offset}`)]
          const result = await pipe(source, sink, { close: true })
          t.true(FILE_TO_FILE.includes(result.path))
          t.is(result.bytes, bytes.length - offset)
          t.true(same(readFileSync(to).subarray(offset), bytes.subarray(offset)))
        }
      } finally {
        for (const path of [from, to]) if (existsSync(path)) unlinkSync(path)
      }
    },
  )
}

native('offset= and length= are kept, and writing into the middle leaves the rest', async (t) => {
  const bytes = pattern(300_000)
  const to = file(new Uint8Array(400_000))
  const [source, sink] = [
    await reader(file(bytes), 'offset=1000&length=200000'),
    await writer(to, 'mode=rw&offset=50000'),
  ]
  const result = await pipe(source, sink, { close: true })
  t.is(result.bytes, 200_000)
  const written = readFileSync(to)
  t.is(written.length, 400_000)
  t.true(same(written.subarray(50_000, 250_000), bytes.subarray(1000, 201_000)))
  t.true(written.subarray(250_000).every((byte) => byte === 0))
})

native('what was read ahead comes first', async (t) => {
  const bytes = pattern(2 * MIB)
  const to = fresh()
  const [source, sink] = [await reader(file(bytes)), await writer(to)]
  await source.read()
  source.release(10)
  const result = await pipe(source, sink, { close: true })
  t.is(result.bytes, bytes.length - 10)
  t.true(same(readFileSync(to), bytes.subarray(10)))
})

native('appending goes around the kernel, which refuses it, and is complete', async (t) => {
  const bytes = pattern(600_000)
  const to = file(Buffer.from('before'))
  const result = await pipe(await reader(file(bytes)), await writer(to, 'mode=a'), { close: true })
  t.is(result.path, 'read-into')
  t.true(same(readFileSync(to), Buffer.concat([Buffer.from('before'), bytes])))
})

native('a file is not copied behind itself', async (t) => {
  for (const options of ['mode=a', 'mode=rw&offset=100']) {
    const path = file(pattern(100_000))
    const [source, sink] = [await reader(path), await writer(path, options)]
    await t.throwsAsync(pipe(source, sink), { code: 'ERR_CAMIO_MISUSE', message: /input file is output file/ })
    t.is(statSync(path).size, 100_000)
    await closeAll(source, sink)
  }
  const path = file(pattern(100_000))
  const result = await pipe(await reader(path, 'length=1000'), await writer(path, 'mode=rw&offset=100000'), {
    close: true,
  })
  t.is(result.bytes, 1000)
  t.is(statSync(path).size, 101_000)
})

native('file to pipe and pipe to file are spliced', async (t) => {
  const bytes = pattern(5 * MIB)
  const [between, to] = [fifo(), fresh()]
  const out = await reader(between)
  const into = await writer(between)
  const sink = await writer(to)
  const feeding = reader(file(bytes)).then((source) => pipe(source, into, { close: true }))
  const result = await pipe(out, sink, { close: true })
  t.like(await feeding, { path: 'splice', bytes: bytes.length, copies: 0, ended: true })
  t.like(result, { path: 'splice', bytes: bytes.length, copies: 0, ended: true })
  t.true(same(readFileSync(to), bytes))
})

native('one source goes to several sinks by tee, whatever they are', async (t) => {
  const bytes = pattern(5 * MIB + 77)
  const [between, first, second] = [fifo(), fresh(), fresh()]
  const out = await reader(between)
  const reading = readAll(out)
  const sinks = [await writer(first), await writer(between), await writer(second)]
  const result = await pipe(await reader(file(bytes)), sinks, { close: true })
  t.like(result, { path: 'tee', bytes: bytes.length, copies: 0, ended: true })
  for (const copy of [readFileSync(first), readFileSync(second), await reading]) t.true(same(copy, bytes))
  await out.close()
})

native('a quiet pipe can be left by a signal, and nothing is lost', async (t) => {
  const path = fifo()
  const [out, into] = [await reader(path), await writer(path)]
  const sink = await writer(fresh())
  await into.write(pattern(1000))
  await into.flush()
  const control = new AbortController()
  const told: number[] = []
  const moving = pipe(out, sink, { signal: control.signal, onProgress: (bytes) => told.push(bytes) })
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  control.abort()
  const result = await moving
  t.like(result, { path: 'splice', bytes: 1000, ended: false })
  t.is(told.at(-1), 1000)
  await into.write(pattern(500))
  await into.end()
  await into.close()
  t.is((await pipe(out, sink)).bytes, 500)
  await closeAll(out, sink)
})

native('a pipe without a writer yet is not at its end', async (t) => {
  const path = fifo()
  const [out, sink] = [await reader(path), await writer(fresh())]
  const moving = pipe(out, sink)
  const into = await writer(path)
  await into.write(pattern(100))
  await into.close()
  t.like(await moving, { bytes: 100, ended: true })
  await closeAll(out, sink)
})

native('closing the streams of a running move ends nothing that others use', async (t) => {
  const path = fifo()
  const [out, into, sink] = [await reader(path), await writer(path), await writer(fresh())]
  const control = new AbortController()
  const moving = pipe(out, sink, { signal: control.signal }).catch((error: unknown) => error)
  await new Promise((resolve) => setImmediate(resolve))
  await out.close({ discard: true })
  control.abort()
  await moving
  await closeAll(sink, into)
  t.pass()
})

native('a reader that leaves is the sink’s error, and the result says how far it came', async (t) => {
  const path = fifo()
  const [out, into] = [await reader(path), await writer(path)]
  const source = await reader(file(pattern(8 * MIB)))
  const moving = pipe(source, into)
  const lease = await out.read()
  t.true(lease!.length > 0)
  out.release()
  await out.close()
  const error = await t.throwsAsync<PipeError>(moving, { code: 'ERR_CAMIO_RESET' })
  t.is(error!.errno, 32)
  t.is(error!.uri, into.uri)
  t.true(error!.result.bytes < 8 * MIB)
  t.not(into.error, null)
  t.is(source.error, null)
  await closeAll(source, into)
})

native('5 GiB with holes: every mark arrives at its place, the holes stay holes', async (t) => {
  const from = fresh('sparse')
  const fd = openSync(from, 'w')
  const places = [0, 2 * GIB - 3, 4 * GIB + 1, 5 * GIB - 5]
  ftruncateSync(fd, 5 * GIB)
  for (const at of places) writeSync(fd, 'mark!', at)
  closeSync(fd)
  const to = fresh('sparse')
  const result = await pipe(await reader(from), await writer(to), { close: true })
  t.is(result.bytes, 5 * GIB)
  const { size, blocks } = statSync(to)
  t.is(size, 5 * GIB)
  t.true(blocks * 512 < 64 * MIB)
  const copy = await reader(to)
  for (const at of places) {
    copy.seek(at)
    t.is(Buffer.from((await copy.read())!.subarray(0, 5)).toString(), 'mark!')
    copy.release()
  }
  await copy.close()
})

native('a source that ends in a hole gives the whole length', async (t) => {
  const from = file(pattern(1000))
  truncateSync(from, 9 * MIB)
  const to = fresh()
  t.is((await pipe(await reader(from), await writer(to), { close: true })).bytes, 9 * MIB)
  t.is(statSync(to).size, 9 * MIB)
})

native('what somebody else appends while a file is copied stays', async (t) => {
  const bytes = pattern(60 * MIB)
  const to = fresh()
  const [source, sink] = [await reader(file(bytes)), await writer(to)]
  const moving = pipe(source, sink)
  const fd = openSync(to, 'r+')
  while (statSync(to).size === 0) await new Promise((resolve) => setImmediate(resolve))
  writeSync(fd, 'appended', bytes.length)
  closeSync(fd)
  t.is((await moving).bytes, bytes.length)
  const written = readFileSync(to)
  t.true(same(written.subarray(0, bytes.length), bytes))
  t.is(written.subarray(bytes.length).toString(), 'appended')
  await closeAll(source, sink)
})

test('an aborted signal moves nothing', async (t) => {
  const [source, sink] = [await reader(file(pattern(1000))), await writer(fresh())]
  const result = await pipe(source, sink, { signal: AbortSignal.abort() })
  t.like(result, { bytes: 0, ended: false })
  await closeAll(source, sink)
})
