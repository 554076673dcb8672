/** A sink that fails while bytes are in the pipe between it and the source: they come back, whatever the source is. */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { open, type PipeError, pipe } from '@camio/core'
import { type KernelEnd, type MoveResult, registry } from '@camio/core/spi'
import '@camio/file'
import { pattern, readAll, same } from './support/bytes.js'
import { fresh, uri } from './support/folder.js'
import { makeFifo, native } from './support/tools.js'

const MIB = 2 ** 20

interface Pair {
  readonly near: Socket
  readonly far: Socket
}

/** Two ends of a connection of which nobody reads. */
async function socketPair(): Promise<Pair> {
  const server = createServer({ pauseOnConnect: true })
  const path = fresh('socket')
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const far = connect(path)
  const near = await accepted
  for (const socket of [near, far]) socket.on('error', () => {})
  server.close()
  return { near, far }
}

function end(socket: Socket): KernelEnd {
  const { fd } = (socket as unknown as { readonly _handle: { readonly fd: number } })._handle
  return { fd, kind: 'socket', offset: null, length: null, buffered: null, moved: () => {} }
}

async function rest(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Splices into a socket whose peer leaves when it sees the first bytes. There are more of them than the socket takes. */
async function spliceIntoFailing(source: KernelEnd): Promise<MoveResult> {
  const { near, far } = await socketPair()
  const splice = registry.movers().find(({ name }) => name === 'splice')!
  const never = new AbortController().signal
  far.once('readable', () => far.destroy())
  const result = await splice.run(source, [end(near)], { signal: never, recalled: never, onProgress: undefined })
  near.destroy()
  return result
}

native('splice: what was taken from a socket comes with the result when the sink fails', async (t) => {
  const bytes = pattern(4 * MIB)
  const { near, far } = await socketPair()
  far.end(bytes)
  const { bytes: delivered, undelivered, error, blame } = await spliceIntoFailing(end(near))
  t.truthy(error)
  t.is(blame, 0)
  t.true(undelivered!.length > 0)
  t.true(same(Buffer.concat([undelivered!, await rest(near)]), bytes.subarray(delivered)))
  far.destroy()
})

native('splice: a file whose position others share is wound back to what was delivered', async (t) => {
  const bytes = pattern(4 * MIB)
  const path = fresh()
  writeFileSync(path, bytes)
  const fd = openSync(path, 'r')
  const source: KernelEnd = { fd, kind: 'file', offset: null, length: null, buffered: null, moved: () => {} }
  const { bytes: delivered, undelivered, error } = await spliceIntoFailing(source)
  t.truthy(error)
  t.is(undelivered, undefined)
  t.true(same(readFileSync(fd), bytes.subarray(delivered)))
  closeSync(fd)
})

native('tee: what was taken from a pipe is in the result of a pipe() whose sink fails', async (t) => {
  const bytes = pattern(3 * MIB)
  const [from, to] = [fresh('fifo'), fresh('fifo')]
  for (const path of [from, to]) makeFifo(path)
  const [source, into, reader, sink] = await Promise.all([
    open(uri(from)),
    open(uri(from, 'mode=w')),
    open(uri(to)),
    open(uri(to, 'mode=w')),
  ])
  const file = await open(uri(fresh(), 'mode=w'))
  const feeding = into.write(bytes).then(() => into.close())
  const moving = pipe(source, [file, sink])
  t.true((await reader.read())!.length > 0)
  reader.release()
  await reader.close()
  const { result } = (await t.throwsAsync<PipeError>(moving, { code: 'ERR_CAMIO_RESET' }))!
  t.is(result.path, 'tee')
  t.true(result.undelivered!.length > 0)
  t.is(source.stats.read.bytes, result.bytes + result.undelivered!.length)
  const left = await readAll(source)
  await feeding
  t.true(same(Buffer.concat([result.undelivered!, left]), bytes.subarray(result.bytes)))
  for (const stream of [source, file]) await stream.close()
  await sink.close({ discard: true })
})
