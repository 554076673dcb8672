/** The path that reads and writes: taken where `splice` finds that it costs less, and tried here by itself. */
import { closeSync, constants, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { open, pipe } from '@camio/core'
import { type KernelEnd, type MoveResult, registry } from '@camio/core/spi'
import '@camio/file'
import { pattern, readAll, same } from './support/bytes.js'
import { fresh, uri } from './support/folder.js'
import { smallTmpfs } from './support/tmpfs.js'
import { makeFifo, native, needing } from './support/tools.js'

const MIB = 2 ** 20
const folder = smallTmpfs('1m')
const full = needing(folder !== null, 'root, to mount a small tmpfs')
const never = new AbortController().signal

function fifo(): string {
  const path = fresh('fifo')
  makeFifo(path)
  return path
}

function end(fd: number, kind: 'pipe' | 'file', offset: number | null = null): KernelEnd {
  return { fd, kind, offset, length: null, buffered: null, moved: () => {} }
}

interface Watching {
  readonly signal?: AbortSignal
  readonly onProgress?: (bytes: number) => void
}

function readWrite(from: KernelEnd, to: KernelEnd, { signal = never, onProgress }: Watching = {}): Promise<MoveResult> {
  const mover = registry.movers().find(({ name }) => name === 'read-write')!
  return mover.run(from, [to], { signal, recalled: never, onProgress })
}

native('a large stream into a file goes one way or the other, and is the same byte for byte', async (t) => {
  const bytes = pattern(64 * MIB + 321)
  const [between, to] = [fifo(), fresh()]
  const [source, into, sink] = [
    await open(uri(between)),
    await open(uri(between, 'mode=w')),
    await open(uri(to, 'mode=w')),
  ]
  const feeding = into.write(bytes).then(() => into.close())
  const result = await pipe(source, sink, { close: true })
  await feeding
  t.true(['splice', 'read-write'].includes(result.path), result.path)
  t.like(result, { bytes: bytes.length, copies: 0, ended: true, undelivered: null })
  t.true(same(readFileSync(to), bytes))
})

native('reads to the end, into a place of its own', async (t) => {
  const bytes = pattern(3 * MIB + 5)
  const [between, to] = [fifo(), fresh()]
  const reading = openSync(between, constants.O_RDONLY | constants.O_NONBLOCK)
  const into = await open(uri(between, 'mode=w'))
  const feeding = into.write(bytes).then(() => into.close())
  const sink = openSync(to, 'w+')
  const result = await readWrite(end(reading, 'pipe'), end(sink, 'file', 100))
  await feeding
  t.like(result, { bytes: bytes.length, ended: true })
  t.true(same(readFileSync(to).subarray(100), bytes))
  for (const fd of [reading, sink]) closeSync(fd)
})

native('a pipe that would block is left to splice', async (t) => {
  const between = openSync(fifo(), 'r+')
  const sink = openSync(fresh(), 'w')
  t.like(await readWrite(end(between, 'pipe'), end(sink, 'file')), {
    bytes: 0,
    error: { code: 'ERR_CAMIO_UNSUPPORTED' },
  })
  for (const fd of [between, sink]) closeSync(fd)
})

native('a quiet pipe is left by a signal, behind what was read', async (t) => {
  const between = openSync(fifo(), constants.O_RDWR | constants.O_NONBLOCK)
  const to = fresh()
  const sink = openSync(to, 'w')
  writeSync(between, pattern(50_000))
  const control = new AbortController()
  const result = await readWrite(end(between, 'pipe'), end(sink, 'file'), {
    signal: control.signal,
    onProgress: () => control.abort(),
  })
  t.like(result, { bytes: 50_000, ended: false })
  t.true(same(readFileSync(to), pattern(50_000)))
  for (const fd of [between, sink]) closeSync(fd)
})

full('what was read and did not fit comes with the result', async (t) => {
  const bytes = pattern(3 * MIB)
  const [between, to] = [fifo(), join(folder!, 'full')]
  const reading = openSync(between, constants.O_RDONLY | constants.O_NONBLOCK)
  const into = await open(uri(between, 'mode=w'))
  const feeding = into.write(bytes).then(() => into.close())
  const sink = openSync(to, 'w')
  const result = await readWrite(end(reading, 'pipe'), end(sink, 'file'))
  t.like(result, { ended: false, blame: 0 })
  t.is((result.error as NodeJS.ErrnoException).code, 'ENOSPC')
  t.is(result.bytes, statSync(to).size)
  const source = await open(uri(between))
  const left = await readAll(source)
  await feeding
  t.true(same(Buffer.concat([readFileSync(to), result.undelivered!, left]), bytes))
  closeSync(reading)
  await source.close()
  closeSync(sink)
})
