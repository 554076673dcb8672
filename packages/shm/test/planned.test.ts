/** Who has a name: what is told of it, what of that is believed, and that only who is expected is opened. */
import { listen, open } from '@camio/core'
import type { Target } from '@camio/core/spi'
import '@camio/shm'
import test from 'ava'
import { type Binding, NO_MEMORY, native } from '../dist/binding.js'
import { driver } from '../dist/driver.js'
import { encodeHello, Kind, type Said, Status } from '../dist/link/hello.js'
import { Region } from '../dist/ring/region.js'
import { systemFor } from '../dist/system.js'
import { leftAtLast } from './support/left.js'
import { freshName } from './support/names.js'
import { turn } from './support/streams.js'

type ShmTarget = Target<typeof driver.options>

/** What core would hand to the driver. */
function targetOf(uri: string, more: Partial<ShmTarget> = {}): ShmTarget {
  const options = { waitFor: 0, connectTimeout: 30_000, owner: 'same', capacity: 4096, backlog: 128, peers: 1024 }
  const init = () => {
    throw new Error('nothing opens')
  }
  const rest = { stay: false, perm: '0600', policy: undefined, group: undefined }
  const target = { uri, scheme: 'shm', address: uri.slice(4), mode: 'rw', signal: undefined, init, ...more }
  return { ...target, options: { ...options, ...rest, ...more.options } } as ShmTarget
}

const identify = (uri: string) => Promise.resolve(driver.identify!(targetOf(uri)))

test('nobody, and who listens nowhere else, is nobody’s sibling', async (t) => {
  t.is(await identify(freshName()), null)
  const listener = await listen(freshName())
  t.is(await identify(listener.uri), null)
  await listener.close()
  for (const options of [{ mode: 'r' }, { mode: 'w', policy: 'drop-oldest' }] as const) {
    const named = await open(freshName(), options)
    t.is(await identify(named.uri), null)
    await named.close()
  }
})

test.serial(
  'who listens elsewhere too says where; the system says which process that is; nothing is left of it',
  async (t) => {
    const before = await leftAtLast()
    const server = await listen([freshName(), freshName()])
    const accepted = server.tryAccept()
    for (const uri of server.uris) {
      const { advert, pid } = (await identify(uri))!
      t.is(pid, process.pid)
      t.deepEqual(advert.uris, server.uris)
    }
    t.is(accepted, server.tryAccept())
    await server.close()
    t.deepEqual(await leftAtLast(), before)
  },
)

test('only the expected listener is opened, and its place is not taken', async (t) => {
  const server = await listen([freshName(), freshName()])
  const { advert } = (await identify(server.uri))!
  const expecting = (uri: string, more: object) => driver.open(targetOf(uri, { expect: 'another', ...more }))
  await t.throwsAsync(async () => expecting(server.uri, {}), { code: 'ERR_CAMIO_REFUSED', message: /another server/ })
  // The right one gets as far as to the stream.
  await t.throwsAsync(async () => expecting(server.uri, { expect: advert.token }), { message: /nothing opens/ })
  const free = freshName()
  await t.throwsAsync(async () => expecting(free, { mode: 'r' }), { code: 'ERR_CAMIO_NOT_FOUND' })
  const options = targetOf(free).options
  const lossy = { mode: 'w', options: { ...options, policy: 'drop-oldest' } }
  await t.throwsAsync(async () => expecting(free, lossy), { code: 'ERR_CAMIO_REFUSED' })
  const named = await open(free, { mode: 'r' })
  await t.throwsAsync(async () => expecting(free, { mode: 'w' }), {
    code: 'ERR_CAMIO_REFUSED',
    message: /another server/,
  })
  await named.close()
  await server.close()
})

const SAID: Said = {
  status: Status.OK,
  kind: Kind.ADVERT,
  reads: false,
  writes: false,
  length: 0,
  position: 0,
  sequence: 0,
}

/** What an owner may answer who is asked who he is. */
const LIES: Readonly<Record<string, readonly [text: string | null, length?: number]>> = {
  'no JSON': ['{"token":'.padEnd(12)],
  'another JSON': ['[1,2] '.padEnd(8)],
  'no token': ['{"uris":[]}'.padEnd(12)],
  'no URIs': ['{"token":"x","uris":[1]}'],
  nothing: ['null'],
  'a length without a memory': [null, 64],
  'a negative length': ['{}'.padEnd(4), -4],
  'an odd length': ['{}'.padEnd(4), 3],
  'another length': ['{}'.padEnd(4), 8],
  'more than can be': ['{}'.padEnd(4), 2 ** 30],
}

for (const [what, [text, length]] of Object.entries(LIES)) {
  test.serial(`an owner who says ${what} of himself is not believed`, async (t) => {
    const before = await leftAtLast()
    const binding: Binding = native.loaded.binding!
    const uri = freshName()
    const door = binding.listen(uri.replace('shm:', 'camio-shm/'), 5)
    const asking = identify(uri)
    asking.catch(() => {})
    await turn()
    const socket = binding.accept(door)
    const memory = text === null ? null : Region.create(systemFor(uri), text.length)
    memory?.bytes.set(Buffer.from(text!))
    const words = encodeHello({ ...SAID, length: length ?? text!.length })
    binding.sendHello(socket, words, memory?.memory ?? NO_MEMORY)
    memory?.release()
    await t.throwsAsync(asking, { code: 'ERR_CAMIO_CORRUPT' })
    binding.close(socket, false)
    binding.close(door, false)
    t.deepEqual(await leftAtLast(), before)
  })
}
