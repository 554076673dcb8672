/** Who is taken for whom: the planner's part, with drivers that say what the test wants. What tcp says: test/same-server.test.ts. */
import { type NoCandidate, open } from '@camio/core'
import { type Driver, type Features, features, type LocalServer, type Target } from '@camio/core/spi'
import test from 'ava'
import { doubleDriver, registryOf } from '../support/driver.js'
import { Scripted } from '../support/scripted.js'

const SERVER: LocalServer = { advert: { token: 'secret', uris: ['far:1'] }, pid: 1 }

interface Script {
  near?: Partial<Driver>
  far?: Partial<Driver>
}

function schemes({ near, far }: Script) {
  const opened: string[] = []
  const make = (scheme: string, own: Partial<Features>): Driver => ({
    ...doubleDriver({
      scheme,
      listen: () => nobody(),
      open: ({ uri, expect }: Target) => {
        opened.push(expect === undefined ? uri : `${uri} expecting ${expect}`)
        return new Scripted()
      },
    }),
    features: features(own),
  })
  const registry = registryOf(
    { ...make('near', { scope: 'host' }), identify: () => SERVER, ...near },
    { ...make('far', { scope: 'global' }), reaches: () => true, ...far },
    make('plain', { scope: 'host' }),
  )
  return { opened, registry }
}

function nobody(): never {
  throw new Error('nobody listens here')
}

test('proven: it is opened, and must be the one that was looked at', async (t) => {
  const { opened, registry } = schemes({})
  await open(['near:kv', 'far:1'], { registry })
  t.deepEqual(opened, ['near:kv expecting secret'])
})

test('alone, or among others of this host, it need not be anybody', async (t) => {
  const { opened, registry } = schemes({ near: { identify: () => nobody() } })
  await open('near:kv', { registry })
  await open(['near:kv', 'plain:x'], { registry })
  t.deepEqual(opened, ['near:kv', 'near:kv'])
})

test('not proven: it is not opened', async (t) => {
  const doubts: readonly Script[] = [
    { near: { identify: () => null } },
    { near: { identify: async () => null } },
    { far: { reaches: () => false } },
    { far: { reaches: undefined as never } },
    { far: { reaches: () => nobody() } },
    { near: { identify: () => nobody() } },
    { near: { identify: () => Promise.reject(new Error('gone')) } },
  ]
  for (const doubt of doubts) {
    const { opened, registry } = schemes(doubt)
    await open(['near:kv', 'far:1'], { registry })
    t.deepEqual(opened, ['far:1'])
  }
})

test('one of several that it is known to be is enough', async (t) => {
  const asked: string[] = []
  const reaches = ({ uri }: Target) => {
    asked.push(uri)
    return uri === 'far:2'
  }
  const { opened, registry } = schemes({ far: { reaches } })
  await open(['near:kv', 'far:1', 'far:2', 'far:3'], { registry })
  t.deepEqual(opened, ['near:kv expecting secret'])
  t.deepEqual(asked, ['far:1', 'far:2'])
})

test('a server of this host that does not answer costs a moment, not the connection', async (t) => {
  let aborted = false
  const identify = ({ signal }: Target) =>
    new Promise<null>(() => {
      signal!.addEventListener('abort', () => {
        aborted = true
      })
    })
  const { opened, registry } = schemes({ near: { identify } })
  await open(['near:kv', 'far:1'], { registry, stagger: 10 })
  t.deepEqual(opened, ['far:1'])
  t.true(aborted)
})

test('who is asked for it by name, and cannot prove it, says so', async (t) => {
  const { registry } = schemes({ far: { available: () => ({ ok: false, reason: 'no' }), reaches: () => false } })
  const error = (await t.throwsAsync(open(['near:kv', 'far:1'], { registry }))) as NoCandidate
  t.is(error.candidates[0]!.reason, 'is not known to be the server of far:1')
})
