/** What happens around a move in the kernel: streams that close, are used by somebody else meanwhile, or whose pipe's callback throws. */
import { closeSync, constants, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { open, type PipeError, pipe, type Stream } from '@camio/core'
import '@camio/file'
import type { ExecutionContext } from 'ava'
import { pattern, same } from './support/bytes.js'
import { fresh, uri } from './support/folder.js'
import { makeFifo, native } from './support/tools.js'

const MIB = 2 ** 20

function file(bytes: Uint8Array): string {
  const path = fresh()
  writeFileSync(path, bytes)
  return path
}

/** A named pipe that has a writer from the start, and stays idle until the test writes. */
function idleFifo(t: ExecutionContext): { path: string; write: (text: string) => void; fill: () => void } {
  const path = fresh('fifo')
  makeFifo(path)
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  t.teardown(() => closeSync(fd))
  const fill = () => {
    try {
      for (;;) writeSync(fd, Buffer.alloc(4096))
    } catch (error) {
      t.is((error as NodeJS.ErrnoException).code, 'EAGAIN')
    }
  }
  return { path, write: (text) => writeSync(fd, text), fill }
}

const reader = (path: string, options = '', scheme = 'file') => open(uri(path, options, scheme))
const writer = (path: string, options = 'mode=w') => open(uri(path, options))

/** Waits until the mover has moved `length` bytes into the file. */
async function grown(path: string, length: number): Promise<void> {
  while (statSync(path).size < length) await new Promise((resolve) => setImmediate(resolve))
}

async function closeAll(...streams: Stream[]): Promise<void> {
  for (const stream of streams) await stream.close()
}

for (const scheme of ['file', 'mmap']) {
  native(`${scheme}: a closed source is not read, whoever has its descriptor’s number now`, async (t) => {
    const source = await reader(file(Buffer.from('mine')), '', scheme)
    await source.close()
    const others = openSync(file(Buffer.from('somebody else’s')), 'r')
    t.teardown(() => closeSync(others))
    const to = fresh()
    const sink = await writer(to)
    t.is(source.takeKernel!('read'), null)
    await t.throwsAsync(pipe(source, sink), { code: 'ERR_CAMIO_CLOSED' })
    await sink.close()
    t.is(statSync(to).size, 0)
  })
}

native('a closed pipe is lent to nobody', async (t) => {
  const source = await reader(idleFifo(t).path)
  await source.close()
  t.is(source.takeKernel!('read'), null)
})

native('closing a source that is silent ends the pipe, and takes nothing that comes later', async (t) => {
  const { path, write } = idleFifo(t)
  const to = fresh()
  const [source, sink] = [await reader(path), await writer(to)]
  const piping = pipe(source, sink)
  write('before')
  await grown(to, 6)
  const [error] = await Promise.all([t.throwsAsync(piping) as Promise<PipeError>, source.close()])
  t.is(error.code, 'ERR_CAMIO_CLOSED')
  t.like(error.result, { bytes: 6, ended: false, path: 'splice' })
  write('after')
  await sink.close()
  t.is(readFileSync(to, 'utf8'), 'before')
})

native('closing a sink whose source is silent ends the pipe; the source goes on', async (t) => {
  const { path, write } = idleFifo(t)
  const to = fresh()
  const [source, sink] = [await reader(path), await writer(to)]
  const piping = pipe(source, sink)
  write('before')
  await grown(to, 6)
  await Promise.all([t.throwsAsync(piping, { code: 'ERR_CAMIO_CLOSED' }), sink.close()])
  write('after')
  t.is(Buffer.from((await source.read())!).toString(), 'after')
  await source.close()
})

native('closing a sink that is full ends the pipe, what was taken for it notwithstanding', async (t) => {
  const { path, fill } = idleFifo(t)
  const to = fresh()
  const [source, first, sink] = [await reader(file(pattern(MIB))), await writer(to), await writer(path)]
  fill()
  // What is taken from the source must get into every sink: when the first one has it, the mover waits for room in the second.
  const piping = pipe(source, [first, sink])
  await grown(to, 1)
  await Promise.all([t.throwsAsync(piping, { code: 'ERR_CAMIO_CLOSED' }), sink.close()])
  await closeAll(source, first)
})

native('what onProgress throws is what pipe throws; the streams are free again', async (t) => {
  const bytes = pattern(100_000)
  const to = fresh()
  const [source, sink] = [await reader(file(bytes)), await writer(to)]
  const onProgress = () => {
    throw new Error('mine')
  }
  await t.throwsAsync(pipe(source, sink, { onProgress }), { message: 'mine' })
  const rest = await pipe(source, sink)
  t.true(rest.ended)
  await closeAll(source, sink)
  t.true(same(readFileSync(to), bytes))
})

native('two pipes into one file come one after the other, whichever is first', async (t) => {
  const [first, second] = [pattern(3 * MIB, 1), pattern(2 * MIB, 2)]
  const to = fresh()
  const [a, b, sink] = [await reader(file(first)), await reader(file(second)), await writer(to)]
  await Promise.all([pipe(a, sink, { end: false }), pipe(b, sink, { end: false })])
  await closeAll(a, b, sink)
  const written = readFileSync(to)
  t.true(
    [
      [first, second],
      [second, first],
    ].some((order) => same(written, Buffer.concat(order))),
  )
})

native('while a mover reads a stream, nobody else may', async (t) => {
  const { path } = idleFifo(t)
  const [source, sink] = [await reader(path), await writer(fresh())]
  const piping = pipe(source, sink)
  await new Promise((resolve) => setImmediate(resolve))
  t.is(source.takeKernel!('read'), null)
  t.throws(() => source.tryRead(), { code: 'ERR_CAMIO_MISUSE' })
  await Promise.all([t.throwsAsync(piping, { code: 'ERR_CAMIO_CLOSED' }), source.close()])
  await sink.close()
})

for (const scheme of ['file', 'mmap']) {
  native(`${scheme}: while a mover reads, the position stays`, async (t) => {
    const source = await reader(file(pattern(1000)), '', scheme)
    const end = source.takeKernel!('read')!
    t.throws(() => source.seek(0), { code: 'ERR_CAMIO_MISUSE' })
    t.throws(() => source.tryRead(), { code: 'ERR_CAMIO_MISUSE' })
    t.is(source.takeKernel!('read'), null)
    let closed = false
    const closing = source.close().then(() => {
      closed = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    t.true(end.recalled!.aborted)
    t.false(closed)
    end.moved(10, false)
    await closing
    t.is(source.stats.read.bytes, 10)
  })
}
