import assert from 'node:assert/strict'
import { isStream, listen, open as openStream } from '@camio/core'
import { area, LINK, PAIR, READS, STORE } from '../case.js'
import { checkError, meanwhile, next, rejectsCode } from '../expect.js'
import { pattern, sameBytes } from '../payload.js'
import type { Rig } from '../rig.js'

/** What a name that nobody serves may be answered with. */
const NOBODY = ['ERR_CAMIO_REFUSED', 'ERR_CAMIO_NOT_FOUND', 'ERR_CAMIO_ADDRESS', 'ERR_CAMIO_RESET']

async function nobodyUri(rig: Rig): Promise<string> {
  const given = rig.subject.harness.pair!.nobody
  if (given) return given()
  const listener = await rig.listen()
  const uri = listener.uri
  await listener.close()
  return uri
}

export const open = area('open', [
  {
    title: 'both ends are streams with a bound URI and frozen features',
    needs: [LINK],
    async run(rig) {
      const { near, far, listener } = await rig.pair()
      const scheme = `${rig.subject.harness.scheme}:`
      assert.ok(listener.uris.length > 0)
      for (const uri of listener.uris) assert.ok(uri.startsWith(scheme), uri)
      for (const stream of [near, far]) {
        assert.ok(isStream(stream))
        assert.ok(stream.uri.startsWith(scheme), stream.uri)
        assert.ok(Object.isFrozen(stream.features) && Object.isFrozen(stream.features.copies), 'features are frozen')
        assert.equal(stream.features.framing, rig.features.framing)
        assert.equal(stream.closed, false)
        assert.equal(stream.ended, false)
      }
    },
  },
  {
    title: 'features do not promise more than the driver does',
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair()
      const declared = rig.features
      for (const { features } of [near, far]) {
        assert.equal(features.reliable, declared.reliable)
        assert.equal(features.ordered, declared.ordered)
        assert.equal(features.scope, declared.scope)
        assert.equal(features.encrypted, declared.encrypted)
      }
    },
  },
  {
    title: 'what is not there is a typed error',
    needs: [STORE, READS],
    async run(rig) {
      const uri = await rig.subject.harness.store!.place()
      await rejectsCode(openStream(uri, rig.openOptions({ mode: 'r' })), 'ERR_CAMIO_NOT_FOUND')
    },
  },
  {
    title: 'an address where nobody listens is a typed error',
    needs: [PAIR],
    async run(rig) {
      await rejectsCode(openStream(await nobodyUri(rig), rig.openOptions()), ...NOBODY)
    },
  },
  {
    title: 'an address that is taken is a typed error, and its owner is not disturbed',
    needs: [LINK],
    async run(rig) {
      const listener = await rig.listen()
      await rejectsCode(listen(listener.uri, rig.listenOptions()), 'ERR_CAMIO_ADDRESS_IN_USE')
      const near = rig.keep(await openStream(listener.uri, rig.openOptions()))
      await near.write(pattern(0, 10))
      let lease: Uint8Array | null = null
      // Whoever looked whether the address is taken may have been a peer for a moment: one that ended at once.
      while (lease === null) lease = await rig.keep(await listener.accept()).read()
      sameBytes(lease, pattern(0, 10))
    },
  },
  {
    title: 'a closed listener gives its address back',
    needs: [LINK],
    async run(rig) {
      const listener = await rig.listen()
      const { uri } = listener
      await listener.close()
      await rig.connect(await rig.listen({}, uri))
    },
  },
  {
    title: 'streams outlive the listener that accepted them',
    needs: [LINK],
    async run(rig) {
      const { near, far, listener } = await rig.pair()
      await listener.close()
      await near.write(pattern(0, 10))
      sameBytes(await next(far), pattern(0, 10))
      await far.write(pattern(10, 10))
      sameBytes(await next(near), pattern(10, 10))
      await rejectsCode(listener.accept(), 'ERR_CAMIO_CLOSED')
    },
  },
  {
    title: 'a listener hands out every stream, in any number',
    needs: [LINK],
    async run(rig) {
      const listener = await rig.listen()
      for (let i = 0; i < 5; i++) {
        const near = rig.keep(await openStream(listener.uri, rig.openOptions()))
        await near.write(pattern(0, 10))
      }
      for (let i = 0; i < 5; i++) {
        const far = rig.keep(await listener.accept())
        sameBytes(await next(far), pattern(0, 10))
      }
      assert.equal(listener.tryAccept(), null)
    },
  },
  {
    title: 'closing a listener ends its iteration, and wakes whoever accepts with ERR_CAMIO_CLOSED',
    needs: [LINK],
    async run(rig) {
      const listener = await rig.listen()
      const loop = meanwhile(
        (async () => {
          for await (const stream of listener) rig.keep(stream)
        })(),
      )
      const accepting = meanwhile(rejectsCode(listener.accept(), 'ERR_CAMIO_CLOSED'))
      await listener.close()
      await Promise.all([loop, accepting])
      await listener.close()
    },
  },
  {
    title: 'accepting can be aborted, and the next accept works',
    needs: [LINK],
    async run(rig) {
      const listener = await rig.listen()
      const controller = new AbortController()
      const reason = new Error('enough')
      const accepting = meanwhile(assert.rejects(listener.accept({ signal: controller.signal }), reason))
      controller.abort(reason)
      await accepting
      await rig.connect(listener)
    },
  },
  {
    title: 'an aborted signal opens nothing',
    needs: [LINK],
    async run(rig) {
      const listener = await rig.listen()
      const reason = new Error('too late')
      const options = { ...rig.openOptions(), signal: AbortSignal.abort(reason) }
      await assert.rejects(openStream(listener.uri, options), reason)
    },
  },
  {
    title: 'an unknown option is refused by name',
    needs: [],
    async run(rig) {
      const { pair, store, source } = rig.subject.harness
      const uri = await (pair?.address() ?? store?.place() ?? source!.uri())
      const error = await openStream(uri, { ...rig.openOptions(), 'no-such-thing': 1 }).then(
        () => assert.fail('opened'),
        (e: unknown) => checkError(e, 'ERR_CAMIO_UNKNOWN_OPTION'),
      )
      assert.match(error.message, /no-such-thing/)
    },
  },
])
