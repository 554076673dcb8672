import { writeFileSync } from 'node:fs'
import test from 'ava'
import { settingsOf } from '../dist/server/arguments.js'
import { UsageError } from '../dist/usage.js'
import { folder } from './support/server.js'

test('words become settings', (t) => {
  const words = [
    ...[
      '--listen',
      'shm:kv',
      '-l',
      'tcp://127.0.0.1:1',
      '--store',
      'file:kv.log',
      '--fsync',
      'always',
      '--maxmemory',
      '10MiB',
    ],
    ...[
      '--evict',
      'lru',
      '--maxclients',
      '7',
      '--timeout',
      '30s',
      '--wait',
      'spin:20us',
      '--protected',
      'no',
      '--repair',
    ],
  ]
  t.deepEqual(settingsOf(words, {}), {
    listen: ['shm:kv', 'tcp://127.0.0.1:1'],
    store: 'file:kv.log',
    fsync: 'always',
    maxmemory: 10 * 1024 * 1024,
    evict: 'lru',
    maxclients: 7,
    timeout: 30_000,
    wait: 'spin:20us',
    protected: false,
    repair: true,
  })
  t.is(settingsOf(['--help'], {}), null)
})

test('the password comes by the environment or a file, never by a word', (t) => {
  const path = `${folder(t)}/password`
  writeFileSync(path, 'from a file\nnot this\n')
  t.is(settingsOf([], { CAMIO_KV_PASSWORD: 'from outside' })!.password, 'from outside')
  t.is(settingsOf(['--password-file', path], { CAMIO_KV_PASSWORD: 'from outside' })!.password, 'from a file')
  t.throws(() => settingsOf(['--password-file', `${path}.none`], {}), { instanceOf: UsageError, message: /ENOENT/ })
  writeFileSync(path, '\n')
  t.throws(() => settingsOf(['--password-file', path], {}), { message: /first line .* is empty/ })
})

for (const [words, message] of [
  [['--fsync', 'sometimes'], /--fsync is "sometimes", not one of always, everysec, no/],
  [['--maxmemory', 'much'], /--maxmemory is "much", not a size such as 100MiB/],
  [['--timeout', '30'], /--timeout is "30", not a time/],
  [['--maxclients', '0'], /--maxclients is "0"/],
  [['--store', 'tcp://x:1'], /--store is "tcp:\/\/x:1", not file:PATH/],
  [['--store', 'file:x?fsync=always'], /takes no options .* "fsync": say --fsync/],
  [['--nonsense'], /--nonsense/],
  [['word'], /word/],
] as const) {
  test(`${words.join(' ')} is an error`, (t) => {
    t.throws(() => settingsOf(words, {}), { instanceOf: UsageError, message })
  })
}
