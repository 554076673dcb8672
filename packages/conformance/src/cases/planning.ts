import assert from 'node:assert/strict'
import {
  registry as everywhere,
  explain,
  type Features,
  listen as listenAt,
  type NoCandidate,
  open,
  Registry,
} from '@camio/core'
import { CamioError, defineDriver, features, type LocalServer } from '@camio/core/spi'
import { area, type Need, PAIR, STORE, WRITES } from '../case.js'
import { memName } from '../mem.js'
import type { Rig } from '../rig.js'

const FORECASTS: Need = { what: 'a driver that forecasts', holds: ({ driver }) => driver.forecast !== undefined }
const IDENTIFIES: Need = {
  what: 'a driver that says who listens on this host',
  holds: ({ driver }) => driver.identify !== undefined,
}

/** What the planner goes by is what the program gets. */
export const planning = area('planning', [
  {
    title: 'what opens is what was forecast',
    needs: [FORECASTS, PAIR],
    async run(rig) {
      const listener = await rig.listen()
      const { uri } = listener
      const options = rig.openOptions()
      const [planned, pipe] = [await explain(uri, options), await explain(uri, uri, options)]
      const accepted = listener.accept()
      const near = rig.keep(await open(uri, options))
      rig.keep(await accepted)
      checkFeatures(planned.source.candidates[0]!.features!, near.features)
      assert.deepEqual((await explain(near)).predicted?.copies, planned.predicted?.copies)
      assert.equal((await explain(near, near)).path, pipe.path)
    },
  },
  {
    title: 'what is stored is what was forecast',
    needs: [FORECASTS, STORE, WRITES],
    async run(rig) {
      const { store } = rig.subject.harness
      const uri = await store!.place()
      const options = rig.openOptions()
      await checkStore(rig, uri, 'w')
      const [from, to] = [await rig.openStore(uri, 'r'), await rig.openStore(await store!.place(), 'w')]
      assert.equal((await explain(from, to)).path, (await explain(uri, await store!.place(), options)).path)
      await checkStore(rig, uri, 'r')
    },
  },
  {
    title: 'a sibling of another listener is known by their advert, and opened only while it is that one',
    needs: [IDENTIFIES, PAIR],
    async run(rig) {
      const address = await rig.subject.harness.pair!.address()
      const serve = async () => rig.keep(await listenAt([address, memName()], rig.listenOptions()))
      const { registry, asked, elsewhere } = withFarServer(rig)
      const options = { ...rig.openOptions(), registry }

      const server = await serve()
      const [accepted, near] = await Promise.all([server.accept(), open([server.uri, elsewhere], options)])
      rig.keep(accepted)
      rig.keep(near)
      assert.equal(near.uri.split(':')[0], rig.subject.harness.scheme)
      const [who] = asked
      assert.equal(who!.pid, process.pid)
      assert.ok(who!.advert.token.length >= 16)
      assert.deepEqual(who!.advert.uris, server.uris)

      // Another server takes the name while this one is being proven to be the right one.
      const { registry: slow, meanwhile } = withFarServer(rig)
      meanwhile(async () => {
        await server.close()
        await serve()
      })
      await refused(open([server.uri, elsewhere], { ...rig.openOptions(), registry: slow }))
    },
  },
  {
    title: 'a listener that was bound alone has no advert, and is nobody’s sibling',
    needs: [IDENTIFIES, PAIR],
    async run(rig) {
      const { registry, asked, elsewhere } = withFarServer(rig)
      const { uri } = await rig.listen()
      await refused(open([uri, elsewhere], { ...rig.openOptions(), registry }))
      assert.equal(asked.length, 0)
    },
  },
])

/** All but the largest message, which may depend on the other end. */
function checkFeatures(planned: Features, opened: Features): void {
  const { mtu: _, ...expected } = planned
  const { mtu: __, ...actual } = opened
  assert.deepEqual(actual, expected)
}

async function checkStore(rig: Rig, uri: string, mode: 'r' | 'w'): Promise<void> {
  const planned = await explain(uri, rig.openOptions({ mode }))
  const stream = await rig.openStore(uri, mode)
  checkFeatures(planned.source.candidates[0]!.features!, stream.features)
  await stream.close()
}

/** The first candidate was refused; the other one is none that could be opened. */
async function refused(opening: Promise<unknown>): Promise<void> {
  await assert.rejects(opening, (error: NoCandidate) => {
    assert.equal(error.code, 'ERR_CAMIO_NO_CANDIDATE')
    assert.deepEqual(
      error.candidates.map(({ fate }) => fate),
      ['failed', 'failed'],
    )
    assert.equal((error.candidates[0]!.error as CamioError).code, 'ERR_CAMIO_REFUSED')
    return true
  })
}

/** The driver under test beside one that reaches far, and takes every server of this host for its own. */
function withFarServer({ subject: { driver } }: Rig) {
  const asked: LocalServer[] = []
  let between = async () => {}
  const registry = new Registry()
  registry.register(driver)
  for (const layer of everywhere.layers()) registry.addLayer(layer)
  registry.register(
    defineDriver({
      abi: 1,
      scheme: 'elsewhere',
      id: '@camio/conformance',
      help: 'nowhere',
      addressForm: 'NAME',
      options: {},
      modes: ['rw', 'r', 'w'],
      features: features({ scope: 'global', framing: driver.features.framing }),
      available: () => ({ ok: true }),
      open: ({ uri }) => {
        throw new CamioError('ERR_CAMIO_REFUSED', `${uri} is nowhere`, { uri })
      },
      listen: ({ uri }) => {
        throw new CamioError('ERR_CAMIO_UNSUPPORTED', `${uri} is nowhere`, { uri })
      },
      async reaches(_, server) {
        asked.push(server)
        await between()
        return true
      },
    }),
  )
  const meanwhile = (work: () => Promise<void>) => {
    between = work
  }
  return { registry, asked, meanwhile, elsewhere: 'elsewhere:x' }
}
