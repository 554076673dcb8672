/** The planner against an oracle that tries every order there is. */
import { explain, isCamioError, type Needs, type NoCandidate, open, type Wish } from '@camio/core'
import { type Driver, type Features, features, type LocalServer } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'
import { doubleDriver, registryOf } from '../support/driver.js'
import { Scripted } from '../support/scripted.js'

const SCOPES = ['process', 'host', 'link', 'global'] as const

/** Each wish with its meaning, written down a second time. */
const MEANINGS: Readonly<Record<string, (f: Features) => boolean>> = {
  reliable: (f) => f.reliable,
  encrypted: (f) => f.encrypted,
  ordered: (f) => f.ordered,
  seekable: (f) => f.seekable,
  'framing=bytes': (f) => f.framing === 'bytes',
  'framing=messages': (f) => f.framing === 'messages',
  'scope<=host': (f) => ['process', 'host'].includes(f.scope),
  'scope>=link': (f) => ['link', 'global'].includes(f.scope),
  'scope=global': (f) => f.scope === 'global',
  'mtu>=64KiB': (f) => f.mtu >= 65_536,
  'mtu<=1500': (f) => f.mtu <= 1500,
  'copies.read=0': (f) => f.copies.read === 0,
  'copies.write<=1': (f) => f.copies.write < 2,
  connectionless: (f) => f.connectionless,
  acceptsMany: (f) => f.acceptsMany,
  overrun: (f) => f.overrun,
  'delivery=each': (f) => f.delivery === 'each',
  'engine=native': (f) => f.engine === 'native',
}

interface Thing {
  readonly features: Features
  readonly registered: boolean
  readonly works: boolean
  readonly opens: boolean
  /** Of a scheme that stays on this host: the server that listens there, `0` for nobody; `null`: such servers have no identity. */
  readonly server: number | null
  /** Of a scheme that reaches others: the server of this host that it would reach, if it can tell. */
  readonly reached: number | null
}

const thing: fc.Arbitrary<Thing> = fc.record({
  features: fc
    .record({
      reliable: fc.boolean(),
      encrypted: fc.boolean(),
      ordered: fc.boolean(),
      seekable: fc.boolean(),
      framing: fc.constantFrom('bytes' as const, 'messages' as const),
      scope: fc.constantFrom(...SCOPES),
      mtu: fc.constantFrom(512, 1500, 65_536, Infinity),
      connectionless: fc.boolean(),
      acceptsMany: fc.boolean(),
      overrun: fc.boolean(),
      delivery: fc.constantFrom('one' as const, 'each' as const),
      engine: fc.constantFrom('native', 'js'),
      copies: fc.record({ read: fc.integer({ min: 0, max: 1 }), write: fc.integer({ min: 0, max: 2 }) }),
    })
    .map(features),
  registered: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  works: fc.integer({ min: 0, max: 9 }).map((n) => n > 1),
  opens: fc.boolean(),
  server: fc.constantFrom(null, null, 0, 1, 2),
  reached: fc.constantFrom(null, 1, 2),
})

const wishes = (most: number) =>
  fc.uniqueArray(fc.constantFrom(...(Object.keys(MEANINGS) as Wish[])), { maxLength: most })
const needs = fc.record({ require: wishes(1), prohibit: wishes(1), prefer: wishes(3), avoid: wishes(3) })

/** How far others are, who would reach it. */
const isFar = ({ features: { scope } }: Thing) => scope === 'link' || scope === 'global'

function driverOf(scheme: string, thing: Thing): Driver {
  const { features: own, works, opens, server, reached } = thing
  const advert = { token: `server ${server}`, uris: [] }
  const identify = () => (server === 0 ? null : { advert, pid: server! })
  return {
    ...doubleDriver({
      scheme,
      listen: () => {
        throw new Error('never')
      },
      open: () => {
        if (!opens) throw new Error('does not open')
        return new Scripted({ features: own })
      },
    }),
    features: own,
    available: () => ({ ok: works }),
    ...(server !== null && !isFar(thing) && { identify }),
    ...(reached !== null && { reaches: (_: unknown, { pid }: LocalServer) => pid === reached }),
  }
}

/** Every order of the things that may be tried; the right one has no neighbours, near or far, in the wrong order. */
function oracle(things: readonly Thing[], { require, prohibit, prefer, avoid }: Required<Needs>): number[] {
  const has = (i: number, wish: string) => MEANINGS[wish]!(things[i]!.features)
  const all = (list: unknown) => list as readonly string[]
  const fit = things
    .map((_, i) => i)
    .filter((i) => things[i]!.registered && things[i]!.works)
    .filter((i) => all(require).every((wish) => has(i, wish)) && !all(prohibit).some((wish) => has(i, wish)))
  const much = (i: number, list: unknown) => all(list).filter((wish) => has(i, wish)).length
  const before = (a: number, b: number) => {
    if (much(a, prefer) !== much(b, prefer)) return much(a, prefer) > much(b, prefer)
    if (much(a, avoid) !== much(b, avoid)) return much(a, avoid) < much(b, avoid)
    return a < b
  }
  const right = permutations(fit).filter((order) =>
    order.every((a, i) => order.slice(i + 1).every((b) => before(a, b))),
  )
  if (right.length !== 1) throw new Error(`${right.length} right orders`)
  return right[0]!
}

/** A server of this host, in a list with what reaches others, must be the one that one of those reaches; nobody can tell of a scheme
 * that is not there. */
function mayBeTaken(things: readonly Thing[], i: number): boolean {
  const { server } = things[i]!
  if (server === null || isFar(things[i]!)) return true
  const far = things.filter((other) => !other.registered || isFar(other))
  return far.length === 0 || (server > 0 && far.some(({ registered, reached }) => registered && reached === server))
}

function permutations(list: readonly number[]): number[][] {
  if (list.length < 2) return [[...list]]
  return list.flatMap((first) => permutations(list.filter((other) => other !== first)).map((rest) => [first, ...rest]))
}

test('the order, what is dropped, and what is opened', async (t) => {
  const several = fc.array(thing, { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(several, needs, async (things, wanted) => {
      const uris = things.map((_, i) => `s${i}:x`)
      const registry = registryOf(...things.flatMap((one, i) => (one.registered ? [driverOf(`s${i}`, one)] : [])))
      const options = { registry, ...wanted }
      const order = oracle(things, wanted).map((i) => uris[i]!)

      const { source } = await explain(uris, options)
      const kept = source.candidates.filter(({ fate }) => fate !== 'dropped')
      t.deepEqual(
        kept.map(({ uri }) => uri),
        order,
      )
      t.deepEqual(source.candidates.map(({ uri }) => uri).sort(), [...uris].sort())
      t.is(source.chosen, order[0] ?? null)

      const index = (uri: string) => uris.indexOf(uri)
      const winner = order.find((uri) => things[index(uri)]!.opens && mayBeTaken(things, index(uri)))
      const outcome = await open(uris, options).catch((error: unknown) => error)
      if (winner !== undefined) {
        t.is((outcome as Scripted).features.scope, things[index(winner)]!.features.scope)
        t.deepEqual((outcome as Scripted).features, things[index(winner)]!.features)
      } else if (uris.length > 1 || order.length === 0) {
        t.true(isCamioError(outcome, 'ERR_CAMIO_NO_CANDIDATE'))
        const failed = (outcome as NoCandidate).candidates.filter(({ fate }) => fate === 'failed')
        t.deepEqual(
          failed.map(({ uri }) => uri),
          order,
        )
      } else {
        t.true(isCamioError(outcome, 'ERR_CAMIO_SYSTEM'))
      }
    }),
    { numRuns: 1000 },
  )
})
