/** `pipe` through the kernel, with movers and descriptors that only pretend. */
import { type PipeError, pipe, Registry } from '@camio/core'
import { CamioError, END, type KernelEnd, type MoveResult, type Mover } from '@camio/core/spi'
import test from 'ava'
import { bytes, joined, text } from './support/init.js'
import { Scripted, type ScriptedOptions } from './support/scripted.js'

/** A stream with a descriptor; the "kernel" moves what `kernel` holds. */
class WithDescriptor extends Scripted {
  given = false
  available = true
  readonly reports: Array<readonly [bytes: number, ended: boolean]> = []
  constructor(
    readonly kernel: Uint8Array[] = [],
    options: ScriptedOptions = {},
  ) {
    super(options)
  }

  override takeKernel(): KernelEnd | null {
    if (!this.available) return null
    if (this.given) throw new Error('lent twice')
    this.given = true
    const { window } = this
    const buffered = window.length > 0 ? window.bytes!.slice(window.start, window.end) : null
    return {
      fd: 1000,
      kind: 'file',
      offset: null,
      length: null,
      buffered,
      moved: (count, ended) => {
        if (!this.given) throw new Error('given back twice')
        this.given = false
        this.reports.push([count, ended])
        if (ended) this.atEnd = true
      },
    }
  }
}

interface Plan {
  name?: string
  cost?: number | null
  run: () => MoveResult | Promise<MoveResult>
}

function mover({ name = 'fake', cost = 1, run }: Plan, log: string[] = []): Mover {
  return {
    name,
    match: (source) => {
      if ((source as KernelEnd).buffered?.length) log.push(`${name} matched with buffered bytes`)
      return cost
    },
    run: async (source) => {
      log.push(`${name} ran${source.buffered?.length ? ' with buffered bytes' : ''}`)
      return run()
    },
  }
}

function registryWith(...movers: Mover[]): Registry {
  const registry = new Registry()
  for (const one of movers) registry.addMover(one)
  return registry
}

const unsupported = () => new CamioError('ERR_CAMIO_UNSUPPORTED', 'not for these')

test('the cheapest mover that takes both ends moves, and gives them back', async (t) => {
  const log: string[] = []
  const registry = registryWith(
    mover({ name: 'dear', cost: 5, run: () => ({ bytes: 1, ended: true, systemCalls: 1 }) }, log),
    mover({ name: 'no', cost: null, run: () => ({ bytes: 1, ended: true, systemCalls: 1 }) }, log),
    mover({ name: 'cheap', cost: 2, run: () => ({ bytes: 42, ended: true, systemCalls: 3 }) }, log),
  )
  const source = new WithDescriptor()
  const sink = new WithDescriptor()
  const result = await pipe(source, sink, { registry })
  t.like(result, { path: 'cheap', bytes: 42, copies: 0, systemCalls: 3, ended: true })
  t.deepEqual(log, ['cheap ran'])
  t.deepEqual(source.reports, [[42, true]])
  t.deepEqual(sink.reports, [[42, false]])
  t.is(sink.endings, 1)
})

test('one that declines is followed by the next, then by the ordinary path', async (t) => {
  const log: string[] = []
  const declines = () => ({ bytes: 0, ended: false, error: unsupported(), systemCalls: 1 })
  const registry = registryWith(
    mover({ name: 'a', cost: 1, run: declines }, log),
    mover({ name: 'b', cost: 2, run: declines }, log),
  )
  const source = new WithDescriptor([], { pulls: [text('hello'), END] })
  const sink = new WithDescriptor()
  t.like(await pipe(source, sink, { registry }), { path: 'copy', bytes: 5, systemCalls: 2, ended: true })
  t.deepEqual(log, ['a ran', 'b ran'])
  t.deepEqual(sink.output, text('hello'))
  t.false(source.given)
  t.false(sink.given)
})

test('one that declines in the middle has moved what it says; the rest takes another path', async (t) => {
  const registry = registryWith(
    mover({ run: () => ({ bytes: 10, ended: false, error: unsupported(), systemCalls: 1 }) }),
  )
  const source = new WithDescriptor([], { pulls: [text('rest'), END] })
  const sink = new WithDescriptor()
  t.like(await pipe(source, sink, { registry }), { path: 'copy', bytes: 14, ended: true })
})

test('what is buffered goes first, by the ordinary path, and no mover sees it', async (t) => {
  const log: string[] = []
  const registry = registryWith(mover({ run: () => ({ bytes: 3, ended: true, systemCalls: 1 }) }, log))
  const source = new WithDescriptor([], { pulls: [text('ahead')] })
  source.tryRead()
  source.release(1)
  source.pulls.push(text('!'))
  const sink = new WithDescriptor()
  sink.tryWrite(text('before '))
  t.like(await pipe(source, sink, { registry }), { path: 'fake', bytes: 8, ended: true })
  t.deepEqual(sink.output, text('before head!'))
  t.is(log.at(-1), 'fake ran')
})

test('what is buffered is not lost when no mover will have the ends', async (t) => {
  const registry = registryWith(mover({ cost: null, run: () => ({ bytes: 0, ended: true, systemCalls: 0 }) }))
  const source = new WithDescriptor([], { pulls: [text('ab'), text('c'), END] })
  source.tryRead()
  source.release(1)
  const sink = new WithDescriptor()
  t.like(await pipe(source, sink, { registry }), { path: 'copy', bytes: 2 })
  t.deepEqual(sink.output, text('bc'))
})

test('an end that has no descriptor now: the ordinary path, and the others are given back', async (t) => {
  const registry = registryWith(mover({ run: () => ({ bytes: 0, ended: true, systemCalls: 0 }) }))
  const source = new WithDescriptor([], { pulls: [bytes(1), END] })
  const sinks = [new WithDescriptor(), new WithDescriptor()]
  sinks[1]!.available = false
  t.like(await pipe(source, sinks, { registry }), { path: 'copy', bytes: 1 })
  t.false(source.given)
  t.false(sinks[0]!.given)
})

test('a stream without descriptors is not asked', async (t) => {
  const registry = registryWith(mover({ run: () => ({ bytes: 0, ended: true, systemCalls: 0 }) }))
  const source = new WithDescriptor([], { pulls: [bytes(1), END] })
  t.like(await pipe(source, [new WithDescriptor(), new Scripted()], { registry }), { path: 'copy', bytes: 1 })
  t.deepEqual(source.reports, [])
})

test('an error carries what was moved', async (t) => {
  const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC', errno: -28, syscall: 'copy_file_range' })
  const registry = registryWith(
    mover({ run: () => ({ bytes: 7, ended: false, error: full, blame: 0, systemCalls: 1 }) }),
  )
  const [source, sink] = [new WithDescriptor(), new WithDescriptor()]
  const error = (await t.throwsAsync(pipe(source, sink, { registry }))) as PipeError
  t.is(error.code, 'ERR_CAMIO_NO_SPACE')
  t.like(error.result, { bytes: 7, ended: false, path: 'fake' })
  t.is(sink.endings, 0)
  t.is(sink.error?.code, 'ERR_CAMIO_NO_SPACE')
  t.is(source.error, null)
})

test('a mover that rejects, against the rule, does not keep the descriptors', async (t) => {
  const registry = registryWith(mover({ run: () => Promise.reject(new Error('a bug')) }))
  const [source, sink] = [new WithDescriptor(), new WithDescriptor()]
  await t.throwsAsync(pipe(source, sink, { registry }), { message: 'a bug' })
  t.false(source.given)
  t.false(sink.given)
})

test('an abort is no error, and says how far it came', async (t) => {
  const controller = new AbortController()
  const registry = registryWith(
    mover({
      run: () => {
        controller.abort()
        return { bytes: 9, ended: false, error: controller.signal.reason, systemCalls: 1 }
      },
    }),
  )
  const sink = new WithDescriptor()
  const result = await pipe(new WithDescriptor(), sink, { registry, signal: controller.signal })
  t.like(result, { bytes: 9, ended: false, path: 'fake' })
  t.is(sink.endings, 0)
})

test('progress goes on from what went before', async (t) => {
  const seen: number[] = []
  const registry = new Registry()
  registry.addMover({
    name: 'fake',
    match: () => 1,
    run: async (_source, _sinks, options) => {
      options.onProgress?.(50)
      return { bytes: 60, ended: true, systemCalls: 1 }
    },
  })
  const source = new WithDescriptor([], { pulls: [text('xy'), text('z')] })
  source.tryRead()
  source.release(0)
  const sink = new WithDescriptor()
  const result = await pipe(source, sink, { registry, onProgress: (sum) => seen.push(sum) })
  t.is(result.bytes, 63)
  t.deepEqual(seen, [3, 53])
  t.deepEqual(joined(sink.sent), text('xyz'))
})
