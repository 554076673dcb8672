/** `open` on lists, and with needs. */
import { listen, type NoCandidate, open, Selector } from '@camio/core'
import { CamioError, type Driver, type Features, features, type Target } from '@camio/core/spi'
import test from 'ava'
import { doubleDriver, registryOf } from '../support/driver.js'
import { turn } from '../support/init.js'
import { Scripted } from '../support/scripted.js'

interface Side {
  readonly features?: Partial<Features>
  readonly works?: boolean
  /** Nobody at the other end need answer. */
  readonly lonely?: boolean
  open?(target: Target): Scripted | Promise<Scripted>
}

function scheme(scheme: string, { features: own = {}, works = true, lonely = false, ...rest }: Side = {}): Driver {
  const made = features(own)
  return {
    ...doubleDriver({
      scheme,
      open: rest.open ?? (() => new Scripted({ features: own })),
      ...(!lonely && { listen: () => nobody() }),
    }),
    options: { [`of-${scheme}`]: { type: 'bool', help: '' } },
    features: made,
    available: () => (works ? { ok: true } : { ok: false, reason: 'the moon is full' }),
  }
}

/** Node 20 has no `Promise.withResolvers`. */
function withResolvers() {
  let resolve = (_: Scripted) => {}
  const promise = new Promise<Scripted>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

function nobody(): never {
  throw new Error('nobody listens here')
}

function failing(code: string): Side {
  return {
    open: ({ uri }) => {
      throw new CamioError(code, `${uri}: no`, { uri })
    },
  }
}

test('the first that opens, in the order of the list', async (t) => {
  const opened: string[] = []
  const note = (target: Target) => {
    opened.push(target.uri)
    return new Scripted()
  }
  const registry = registryOf(
    scheme('a', failing('ERR_CAMIO_REFUSED')),
    scheme('b', { open: note }),
    scheme('c', { open: note }),
  )
  await open(['a:1', 'b:1', 'c:1'], { registry })
  await open(['c:2', 'b:2'], { registry })
  t.deepEqual(opened, ['b:1', 'c:2'])
})

test('what is not there, or does not work here, only drops its candidate', async (t) => {
  const registry = registryOf(scheme('moon', { works: false }), scheme('b'))
  t.truthy(await open(['nowhere:x', 'moon:x', 'b:x'], { registry }))
  const error = (await t.throwsAsync(open(['nowhere:x', 'moon:x'], { registry }), {
    code: 'ERR_CAMIO_NO_CANDIDATE',
  })) as NoCandidate
  t.deepEqual(
    error.candidates.map(({ uri, fate }) => `${uri} ${fate}`),
    ['nowhere:x dropped', 'moon:x dropped'],
  )
  t.regex(
    error.message,
    /^none of 2 candidates could be opened\n {2}nowhere:x dropped: .*\n {2}moon:x dropped: .*the moon is full$/,
  )
})

test('one error lists every candidate and why it failed', async (t) => {
  const registry = registryOf(
    scheme('a', failing('ERR_CAMIO_REFUSED')),
    scheme('b', failing('ERR_CAMIO_NOT_FOUND')),
    scheme('c', { features: { reliable: false } }),
  )
  const list = ['a:1', 'c:1', 'b:1'] as const
  const error = (await t.throwsAsync(open(list, { registry, require: 'reliable' }))) as NoCandidate
  t.is(error.code, 'ERR_CAMIO_NO_CANDIDATE')
  t.deepEqual(
    error.candidates.map(({ uri, fate, reason }) => ({ uri, fate, reason })),
    [
      { uri: 'a:1', fate: 'failed', reason: 'no' },
      { uri: 'b:1', fate: 'failed', reason: 'no' },
      { uri: 'c:1', fate: 'dropped', reason: 'reliable is required, and it is not reliable' },
    ],
  )
  for (const uri of list) t.true(error.message.includes(`\n  ${uri} `))
  t.is((error.candidates[0]!.error as CamioError).code, 'ERR_CAMIO_REFUSED')
})

test('many candidates with long reasons are all in the message', async (t) => {
  const registry = registryOf(scheme('a', { open: () => Promise.reject(new Error('x'.repeat(5000))) }))
  const list = Array.from({ length: 64 }, (_, i) => `a:${i}`)
  const { message } = (await t.throwsAsync(open(list, { registry })))!
  for (const uri of list) t.true(message.includes(`\n  ${uri} failed`))
  t.true(message.length < 64 * 600)
})

test('a list of one fails with that one’s own error', async (t) => {
  const registry = registryOf(scheme('a', failing('ERR_CAMIO_REFUSED')))
  await t.throwsAsync(open(['a:1'], { registry }), { code: 'ERR_CAMIO_REFUSED' })
})

test('what is wrong in any circumstance is said at once, even if another candidate would do', async (t) => {
  const registry = registryOf(scheme('a'), scheme('b'))
  const wrong: ReadonlyArray<readonly [readonly string[], Readonly<Record<string, unknown>>, string]> = [
    [['a:x', 'no-uri'], {}, 'ERR_CAMIO_BAD_URI'],
    [['a:x', 'b:x?nope=1'], {}, 'ERR_CAMIO_UNKNOWN_OPTION'],
    [['a:x', 'b:x?linger=soon'], {}, 'ERR_CAMIO_BAD_OPTION'],
    [['a:x', 'b:x'], { nope: 1 }, 'ERR_CAMIO_UNKNOWN_OPTION'],
    [['a:x'], { require: 'speed' }, 'ERR_CAMIO_BAD_OPTION'],
    [['a:x'], { stagger: '1h' }, 'ERR_CAMIO_BAD_OPTION'],
    [['a:x'], { stagger: 1 }, 'ERR_CAMIO_BAD_OPTION'],
    [['a:x'], { signal: 1 }, 'ERR_CAMIO_BAD_OPTION'],
    [[], {}, 'ERR_CAMIO_BAD_URI'],
    [[7 as unknown as string], {}, 'ERR_CAMIO_BAD_URI'],
    [Array.from({ length: 65 }, () => 'a:x'), {}, 'ERR_CAMIO_BAD_URI'],
  ]
  for (const [uris, options, code] of wrong)
    await t.throwsAsync(open(uris, { registry, ...options }), { code }, JSON.stringify([uris, options]))
  await t.throwsAsync(open('a:x?require=reliable', { registry }), { code: 'ERR_CAMIO_UNKNOWN_OPTION' })
})

test('an option goes to those whose scheme has it', async (t) => {
  const got: unknown[] = []
  const note = ({ scheme, options }: Target) => {
    got.push([scheme, { ...options }.linger, { ...options }[`of${scheme.toUpperCase()}`]])
    throw new Error('next')
  }
  const registry = registryOf(scheme('a', { open: note }), scheme('b', { open: note }))
  await t.throwsAsync(open(['a:x', 'b:x'], { registry, ofA: true, linger: '7s' }))
  t.deepEqual(got, [
    ['a', 7000, true],
    ['b', 7000, undefined],
  ])
  // It may be the option of the scheme that is not there.
  await t.throwsAsync(open(['a:x', 'nowhere:x'], { registry, ofNowhere: 1 }), { code: 'ERR_CAMIO_NO_CANDIDATE' })
})

test('needs hold for a single URI, and for what was opened in the end', async (t) => {
  const made: Scripted[] = []
  const liar: Side = {
    open: () => {
      const stream = new Scripted({ features: { encrypted: false } })
      made.push(stream)
      return stream
    },
    features: { encrypted: true },
  }
  const registry = registryOf(scheme('plain'), scheme('liar', liar), scheme('safe', { features: { encrypted: true } }))
  await t.throwsAsync(open('plain:x', { registry, require: 'encrypted' }), { code: 'ERR_CAMIO_NO_CANDIDATE' })
  t.truthy(await open('safe:x', { registry, require: ['encrypted'] }))
  const stream = await open(['liar:x', 'safe:x'], { registry, require: 'encrypted' })
  t.true(stream.features.encrypted)
  t.deepEqual(
    made.map(({ destroyed }) => destroyed),
    ['discarded'],
  )
})

test('needs look at the stream as it will be: with its mode and its view', async (t) => {
  const registry = registryOf(scheme('a'))
  await t.throwsAsync(open('a:x', { registry, mode: 'r', require: 'writable' }), { code: 'ERR_CAMIO_NO_CANDIDATE' })
  await t.throwsAsync(open('a:x', { registry, require: 'framing=messages' }), { code: 'ERR_CAMIO_NO_CANDIDATE' })
  t.is((await open('a:x', { registry, frame: 'u32', require: 'framing=messages' })).features.framing, 'messages')
})

test('prefer and avoid order, and decide nothing else', async (t) => {
  const registry = registryOf(scheme('a'), scheme('b', { features: { encrypted: true } }))
  t.true((await open(['a:x', 'b:x'], { registry, prefer: 'encrypted' })).features.encrypted)
  t.false((await open(['b:x', 'a:x'], { registry, avoid: 'encrypted' })).features.encrypted)
  t.false((await open(['a:x'], { registry, prefer: 'encrypted' })).features.encrypted)
})

test('a slow candidate is joined by the next one; whoever opens late is closed, discarding', async (t) => {
  let finish = (_: Scripted) => {}
  let aborted = false
  const slow: Side = {
    open: ({ signal }) =>
      new Promise((resolve) => {
        signal!.addEventListener('abort', () => {
          aborted = true
        })
        finish = resolve
      }),
  }
  const registry = registryOf(scheme('slow', slow), scheme('quick'))
  t.truthy(await open(['slow:x', 'quick:x'], { registry, stagger: '10ms' }))
  t.true(aborted)
  const late = new Scripted()
  finish(late)
  await turn()
  await turn()
  t.is(late.destroyed, 'discarded')
})

test('who opens without anybody at the other end is taken by its place', async (t) => {
  let waiting = withResolvers()
  const lonely: Side = { lonely: true, open: () => new Scripted({ features: { engine: 'lonely' } }) }
  const connectionless: Side = {
    features: { connectionless: true },
    open: () => new Scripted({ features: { engine: 'connectionless' } }),
  }
  const registry = registryOf(
    scheme('slow', { open: () => waiting.promise }),
    scheme('file', lonely),
    scheme('datagrams', connectionless),
  )
  for (const other of ['file:x', 'datagrams:x']) {
    waiting = withResolvers()
    const opening = open(['slow:x', other], { registry, stagger: 10 })
    await new Promise((done) => setTimeout(done, 50))
    t.false(await Promise.race([opening.then(() => true), turn().then(() => false)]))
    waiting.resolve(new Scripted({ features: { engine: 'slow' } }))
    t.is((await opening).features.engine, 'slow')
    t.is(
      (await open([other, 'slow:x'], { registry })).features.engine,
      other === 'file:x' ? 'lonely' : 'connectionless',
    )
  }
})

test('an abort rejects at once with its reason', async (t) => {
  const registry = registryOf(scheme('slow', { open: () => new Promise(() => {}) }))
  const controller = new AbortController()
  const opening = open(['slow:a', 'slow:b'], { registry, signal: controller.signal })
  await turn()
  controller.abort(new Error('enough'))
  await t.throwsAsync(opening, { message: 'enough' })
  await t.throwsAsync(open(['slow:a'], { registry, signal: controller.signal }), { message: 'enough' })
})

test('the signal has no effect on the stream once that is open', async (t) => {
  let given: AbortSignal | undefined
  const registry = registryOf(
    scheme('a', {
      open: ({ signal }) => {
        given = signal
        return new Scripted()
      },
    }),
  )
  const controller = new AbortController()
  const stream = await open(['a:x', 'a:y'], { registry, signal: controller.signal })
  controller.abort()
  t.false(stream.closed)
  t.false(given!.aborted)
  // It works like any other.
  new Selector().add(stream)
})

test('listen: all meet the needs, or none is bound', async (t) => {
  const registry = registryOf(scheme('a'), scheme('b', { features: { reliable: false } }))
  const error = (await t.throwsAsync(listen(['a:x', 'b:x'], { registry, require: 'reliable' }))) as NoCandidate
  t.is(error.code, 'ERR_CAMIO_NO_CANDIDATE')
  t.deepEqual(
    error.candidates.map(({ uri }) => uri),
    ['b:x'],
  )
  for (const given of [{ prefer: 'reliable' }, { avoid: 'reliable' }, { stagger: 50 }])
    await t.throwsAsync(listen<string>(['a:x'], { registry, ...given } as Record<string, unknown>), {
      code: 'ERR_CAMIO_BAD_OPTION',
    })
})

test('a driver that breaks the rules costs no other candidate its chance', async (t) => {
  const wrong = (): never => {
    throw new Error('against the rules')
  }
  const late = new Scripted()
  late.close = wrong
  const registry = registryOf(
    { ...doubleDriver({ scheme: 'a' }), forecast: wrong, available: wrong },
    {
      ...doubleDriver({
        scheme: 'b',
        open: async () => {
          await new Promise((resolve) => setTimeout(resolve, 40))
          return late
        },
        listen: wrong,
      }),
      forecast: wrong,
    },
    doubleDriver({ scheme: 'c', listen: wrong }),
  )
  const stream = await open(['a:x', 'b:x', 'c:x'], { registry, stagger: 10 })
  t.not(stream, late)
  // What comes too late is closed, and fails to: nobody is told.
  await new Promise((resolve) => setTimeout(resolve, 60))
  t.pass()
})

test('a stream that is not what its driver said, and cannot be viewed as asked for, is closed', async (t) => {
  const stream = new Scripted({ features: { framing: 'bytes' } })
  const driver = { ...doubleDriver({ open: () => stream }), features: features({ framing: 'messages' }) }
  const opening = open('double:x', { registry: registryOf(driver), framing: 'messages' })
  await t.throwsAsync(opening, { code: 'ERR_CAMIO_BAD_OPTION', message: /needs frame=/ })
  await turn()
  t.is(stream.destroyed, 'discarded')
})
