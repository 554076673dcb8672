/** Lists of candidates as configuration has them. */
import { parseCandidates } from '@camio/core'
import test from 'ava'

test('white space separates, # begins a comment', (t) => {
  t.deepEqual(parseCandidates('shm:kv tcp://h:7000?alpn=a,b'), ['shm:kv', 'tcp://h:7000?alpn=a,b'])
  t.deepEqual(
    parseCandidates(`
      # near first
      shm:kv            # when it is this host
      tcp://h:7000
      #tcp://old:7000
      -`),
    ['shm:kv', 'tcp://h:7000', '-'],
  )
  t.deepEqual(parseCandidates('file:a%23b%20c'), ['file:a%23b%20c'])
})

test('what would silently be another address is refused', (t) => {
  for (const text of [
    'shm:kv, tcp://h:1',
    'shm:kv; tcp://h:1',
    'shm:kv | tcp://h:1',
    'shm:a#b',
    'kv',
    '',
    ' # nothing',
    5,
    null,
  ])
    t.throws(() => parseCandidates(text as string), { code: 'ERR_CAMIO_BAD_URI' }, String(text))
  t.throws(() => parseCandidates('mem:x '.repeat(65)), { message: /longer than 64/ })
})
