/** The notation of needs, and what it means. */
import { type Features, features, isCamioError } from '@camio/core/spi'
import test from 'ava'
import { compare, type Needs, parseNeeds, unmet } from '../../dist/plan/wishes.js'

const tcp = features({ scope: 'global', engine: 'native' })
const udp = features({ scope: 'global', framing: 'messages', mtu: 1472, reliable: false, ordered: false })
const shm = features({ scope: 'host', framing: 'messages', mtu: 1 << 20, copies: { read: 0, write: 1 } })

test('each notation is compared with the feature that it names', (t) => {
  const meets: ReadonlyArray<readonly [string, Features, boolean]> = [
    ['reliable', tcp, true],
    ['reliable', udp, false],
    ['framing=messages', udp, true],
    ['framing=messages', tcp, false],
    ['scope=host', shm, true],
    ['scope<=host', shm, true],
    ['scope<=host', tcp, false],
    ['scope>=link', tcp, true],
    ['scope>=link', shm, false],
    ['mtu>=1KiB', udp, true],
    ['mtu>=64KiB', udp, false],
    ['mtu<=1472', udp, true],
    ['mtu>=1TiB', tcp, true],
    ['delivery=one', tcp, true],
    ['delivery=each', tcp, false],
    ['engine=native', tcp, true],
    ['engine=native', udp, false],
    ['copies.read<=0', shm, true],
    ['copies.write<=0', shm, false],
    ['copies.write=1', shm, true],
  ]
  for (const [wish, of, holds] of meets) {
    t.is(unmet(of, parseNeeds({ require: wish } as Needs)) === null, holds, `require ${wish}`)
    t.is(unmet(of, parseNeeds({ prohibit: [wish] } as Needs)) === null, !holds, `prohibit ${wish}`)
    t.is(Math.sign(compare(of, of, parseNeeds({ prefer: wish } as Needs))), 0)
  }
})

test('the reason says what was wanted and what there is', (t) => {
  t.is(unmet(udp, parseNeeds({ require: ['ordered'] })), 'ordered is required, and it is not ordered')
  t.is(unmet(tcp, parseNeeds({ require: 'scope<=host' })), 'scope<=host is required, and it has scope=global')
  t.is(unmet(udp, parseNeeds({ require: 'mtu>=4KiB' })), 'mtu>=4KiB is required, and it has mtu=1472')
  t.is(
    unmet(shm, parseNeeds({ prohibit: 'copies.write=1' })),
    'copies.write=1 is prohibited, and it has copies.write=1',
  )
})

test('more that is preferred comes first; among equals, less that is to be avoided', (t) => {
  const wanted = parseNeeds({ prefer: ['reliable', 'framing=messages'], avoid: ['scope=global', 'engine=native'] })
  t.true(compare(shm, tcp, wanted) < 0)
  t.true(compare(tcp, shm, wanted) > 0)
  t.is(compare(tcp, tcp, wanted), 0)
  t.true(compare(udp, tcp, wanted) < 0)
  // What is preferred counts, whatever is to be avoided.
  t.true(compare(tcp, shm, parseNeeds({ prefer: 'engine=native', avoid: ['reliable', 'ordered', 'scope=global'] })) < 0)
})

test('what is no wish is an error that names the word and helps', (t) => {
  const bad: ReadonlyArray<readonly [unknown, RegExp]> = [
    ['relaible', /option "require": "relaible" names no feature: did you mean "reliable"/],
    ['reliable=1', /names no feature/],
    ['framing', /names no feature: did you mean "framing"/],
    ['framing=frames', /not bytes or messages/],
    ['framing<=bytes', /by = only/],
    ['scope<host', /names no feature/],
    ['scope<=moon', /not process, host, link, global/],
    ['mtu=5', /by <=, >= only/],
    ['mtu>=big', /not a size/],
    ['copies.read<=-1', /not a whole number/],
    ['engine=', /not native, node or js/],
    ['__proto__=1', /names no feature/],
    ['', /names no feature/],
    [7, /"7" is not text/],
    [null, /is not text/],
  ]
  for (const [wish, message] of bad) {
    const error = t.throws(() => parseNeeds({ require: [wish] } as unknown as Needs), { message }, String(wish))
    t.true(isCamioError(error, 'ERR_CAMIO_BAD_OPTION'))
  }
})
