/** What happens around a move: streams that close, are read or written meanwhile, or by a second pipe. The "kernel" waits for the test. */
import { type PipeError, pipe, Registry } from '@camio/core'
import { END, type KernelEnd, type MoveOptions, type MoveResult } from '@camio/core/spi'
import test from 'ava'
import { text } from './support/init.js'
import { Scripted, type ScriptedOptions } from './support/scripted.js'

class Lending extends Scripted {
  readonly reports: Array<readonly [side: string, bytes: number]> = []

  override takeKernel(side: 'read' | 'write'): KernelEnd | null {
    const place = { fd: 1000, kind: 'file', offset: null, length: null } as const
    return side === 'read' ? this.lendReading(place) : this.lendWriting(place)
  }

  protected override movedInKernel(side: 'read' | 'write', bytes: number): void {
    this.reports.push([side, bytes])
  }
}

/** A move that goes on until the test, or who has a right to, ends it. */
interface Move {
  readonly options: MoveOptions
  end(result: Partial<MoveResult>): void
}

/** @returns a registry, and the moves that it started, each as soon as it runs */
function kernel(): { registry: Registry; next: () => Promise<Move> } {
  const moves: Move[] = []
  let arrived: (() => void) | null = null
  const registry = new Registry()
  registry.addMover({
    name: 'fake',
    match: () => 1,
    run: (_source, _sinks, options) =>
      new Promise((resolve) => {
        const end = (result: Partial<MoveResult>) => resolve({ bytes: 0, ended: false, systemCalls: 1, ...result })
        options.signal.addEventListener('abort', () => end({ bytes: 3 }))
        options.recalled.addEventListener('abort', () => end({ bytes: 5 }))
        moves.push({ options, end })
        arrived?.()
      }),
  })
  const next = async () => {
    if (moves.length === 0) {
      await new Promise<void>((resolve) => {
        arrived = resolve
      })
    }
    return moves.shift()!
  }
  return { registry, next }
}

const lending = (options: ScriptedOptions = {}) => new Lending(options)

test('a closed stream is not lent, and pipe says that it is closed', async (t) => {
  const { registry } = kernel()
  const closed = lending()
  await closed.close()
  t.is(closed.takeKernel('read'), null)
  t.is(closed.takeKernel('write'), null)
  await t.throwsAsync(pipe(closed, lending(), { registry }), { code: 'ERR_CAMIO_CLOSED' })
  await t.throwsAsync(pipe(lending(), closed, { registry }), { code: 'ERR_CAMIO_CLOSED' })
})

test('a source whose driver forgets to look is not moved from when it closed while the sink was flushed', async (t) => {
  const { registry } = kernel()
  class Careless extends Lending {
    override takeKernel(): KernelEnd {
      t.fail('asked for a descriptor that is closed')
      return { fd: 1000, kind: 'file', offset: null, length: null, buffered: null, moved: () => {} }
    }
  }
  const source = new Careless()
  const sink = lending({ pushes: [0] })
  sink.tryWrite(text('before'))
  const piping = pipe(source, sink, { registry })
  await source.close()
  sink.makeRoom()
  await t.throwsAsync(piping, { code: 'ERR_CAMIO_CLOSED' })
})

test('an ended stream is not lent for writing', (t) => {
  const sink = lending()
  return sink.end().then(() => t.is(sink.takeKernel('write'), null))
})

for (const side of ['source', 'sink'] as const) {
  test(`closing the ${side} ends the move, has the descriptor back before it is closed, and fails the pipe`, async (t) => {
    const { registry, next } = kernel()
    const [source, sink] = [lending(), lending()]
    const piping = pipe(source, sink, { registry })
    await next()
    const stream = side === 'source' ? source : sink
    const closing = stream.close()
    t.is(stream.destroyed, 'no')
    const error = (await t.throwsAsync(piping)) as PipeError
    t.is(error.code, 'ERR_CAMIO_CLOSED')
    t.like(error.result, { bytes: 5, ended: false, path: 'fake' })
    await closing
    t.is(stream.destroyed, 'closed')
    t.deepEqual(stream.reports, [[side === 'source' ? 'read' : 'write', 5]])
    t.is((side === 'source' ? sink : source).error, null)
  })
}

test('a move that was over when the source closed is no failure', async (t) => {
  const { registry, next } = kernel()
  const [source, sink] = [lending(), lending()]
  const piping = pipe(source, sink, { registry })
  const move = await next()
  move.end({ bytes: 8, ended: true })
  await source.close()
  t.like(await piping, { bytes: 8, ended: true })
})

test('what onProgress throws stops the move and is what pipe throws', async (t) => {
  const { registry, next } = kernel()
  const [source, sink] = [lending(), lending()]
  let told = 0
  const onProgress = () => {
    told += 1
    throw new Error('mine')
  }
  const piping = pipe(source, sink, { registry, onProgress })
  const { options } = await next()
  t.notThrows(() => options.onProgress!(1))
  options.onProgress!(2)
  await t.throwsAsync(piping, { message: 'mine' })
  t.is(told, 1)
  t.is(source.stats.read.bytes, 3)
  t.not(source.takeKernel('read'), null)
  t.not(sink.takeKernel('write'), null)
})

test('the program’s signal stops the move', async (t) => {
  const { registry, next } = kernel()
  const controller = new AbortController()
  const piping = pipe(lending(), lending(), { registry, signal: controller.signal })
  await next()
  controller.abort()
  t.like(await piping, { bytes: 3, ended: false })
})

test('while a mover reads, nobody else may', async (t) => {
  const { registry, next } = kernel()
  const source = lending({ pulls: [text('mine')] })
  const piping = pipe(source, lending(), { registry })
  const move = await next()
  const misuse = { code: 'ERR_CAMIO_MISUSE', message: /read by a pipe/ }
  t.throws(() => source.tryRead(), misuse)
  t.throws(() => source.readBatch(() => {}), misuse)
  t.throws(() => source.readInto(new Uint8Array(8)), misuse)
  t.throws(() => source.release(), { code: 'ERR_CAMIO_MISUSE' })
  await t.throwsAsync(pipe(source, lending(), { registry }), misuse)
  let readable = false
  const waiting = source.readable().then(() => {
    readable = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  t.false(readable)
  move.end({ bytes: 2, ended: false, error: new Error('enough') })
  await t.throwsAsync(piping)
  await waiting
})

test('while a mover writes, claims and writes of any size wait for it', async (t) => {
  const { registry, next } = kernel()
  const sink = lending()
  const piping = pipe(lending(), sink, { registry, end: false })
  const move = await next()
  t.is(sink.tryClaim(1), null)
  t.false(sink.tryWrite(text('x')))
  const large = new Uint8Array(100_000)
  const writes = [sink.write(text('small')), sink.write(large)]
  await new Promise((resolve) => setImmediate(resolve))
  t.is(sink.pushCalls, 0)
  move.end({ bytes: 7, ended: true })
  await piping
  await Promise.all(writes)
  await sink.flush()
  t.is(sink.output.length, 5 + large.length)
  t.deepEqual(sink.output.subarray(0, 5), text('small'))
  t.is(sink.stats.write.bytes, 7 + 5 + large.length)
})

test('a transport that always has room makes nobody spin who waits for a mover', async (t) => {
  const { registry, next } = kernel()
  class Roomy extends Lending {
    protected override armPush(): boolean {
      return true
    }
  }
  const sink = new Roomy()
  const piping = pipe(lending(), sink, { registry, end: false })
  const move = await next()
  const writing = sink.write(text('later'))
  // Microtasks that feed themselves would never let this turn come.
  await new Promise((resolve) => setImmediate(resolve))
  move.end({ bytes: 1, ended: true })
  await piping
  await writing
  t.is(sink.stats.write.bytes, 6)
})

test('a second pipe into the same sink comes behind the first', async (t) => {
  const { registry, next } = kernel()
  const sink = lending()
  const first = pipe(lending(), sink, { registry, end: false })
  const move = await next()
  const second = pipe(lending({ pulls: [text('second'), END] }), sink, { registry, end: false })
  await new Promise((resolve) => setImmediate(resolve))
  t.is(sink.output.length, 0)
  move.end({ bytes: 4, ended: true })
  t.like(await first, { bytes: 4, ended: true })
  t.like(await second, { bytes: 6, ended: true, path: 'copy' })
  t.deepEqual(sink.output, text('second'))
})
