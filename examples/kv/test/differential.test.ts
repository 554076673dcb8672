/** The same commands to redis-server and to ours: the same answers, errors and all. */
import test, { type ExecutionContext } from 'ava'
import { type Random, randomFrom } from './support/random.js'
import { installed, redisServer } from './support/redis.js'
import { folder, serve } from './support/server.js'
import { ReplyError, Wire } from './support/wire.js'

const KEYS = ['a', 'b', 'c', 'key:1', 'key:2', '', 'bin\0\r\n\xff', '*[x]']
const VALUES = [
  '',
  '1',
  '-5',
  '10',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '007',
  ' 1',
  '-0',
  'text',
  'x'.repeat(40),
  '\r\n\0\xff',
  '3.5',
]
const INTEGERS = [
  '0',
  '1',
  '-1',
  '5',
  '-5',
  '100',
  '9223372036854775807',
  '-9223372036854775808',
  '9999999999999999999',
  'x',
  '',
  '1.5',
  '+1',
  ' 1',
  '01',
]
const LONG = ['1000', '5000', '100000', 'x', '', '1.5']
const PAST = ['0', '-1']
const PATTERNS = ['*', '?', 'key:*', '[ab]', '[^ab]', 'k??:[0-9]', '\\*', 'bin*', '[b-a]', '[', '']

function command(random: Random): string[] {
  const one = <T>(list: readonly T[]): T => list[random(list.length)]!
  const key = (): string => one(KEYS)
  const some = (): string[] => Array.from({ length: 1 + random(3) }, key)
  const makers: Array<() => string[]> = [
    () => ['GET', key()],
    () => ['get', key()],
    () => ['SET', key(), one(VALUES)],
    () => ['SET', key(), one(VALUES), ...setOptions()],
    () => ['SET', key(), one(VALUES), ...setOptions(), ...setOptions()],
    () => ['GETSET', key(), one(VALUES)],
    () => ['SETNX', key(), one(VALUES)],
    () => ['MGET', ...some()],
    () => ['MSET', ...some().flatMap((k) => [k, one(VALUES)])],
    () => ['MSET', key(), one(VALUES), key()],
    () => [one(['DEL', 'UNLINK', 'EXISTS']), ...some()],
    () => [one(['INCR', 'DECR']), key()],
    () => [one(['INCRBY', 'DECRBY']), key(), one(INTEGERS)],
    () => ['APPEND', key(), one(VALUES)],
    () => ['STRLEN', key()],
    () => ['GETRANGE', key(), one(INTEGERS), one(INTEGERS)],
    () => [one(['EXPIRE', 'PEXPIRE']), key(), one([...LONG, ...PAST]) + one(['', '000']), ...expireOptions()],
    () => ['TTL', key()],
    () => ['PERSIST', key()],
    () => ['TYPE', key()],
    () => ['KEYS', one(PATTERNS)],
    () => [
      'SCAN',
      one(['0', 'x', '0 ']),
      ...one([
        [],
        ['COUNT', '100'],
        ['MATCH', one(PATTERNS), 'COUNT', '100'],
        ['COUNT', '0'],
        ['COUNT'],
        ['TYPE', 'string', 'COUNT', '100'],
        ['TYPE', 'list', 'COUNT', '100'],
        ['NO', '1'],
      ]),
    ],
    () => ['DBSIZE'],
    () => ['RANDOMKEY'],
    () => ['RENAME', key(), key()],
    () => ['FLUSHDB', ...one([[], ['ASYNC'], ['SYNC'], ['NOW'], ['ASYNC', 'SYNC']])],
    () => ['PING', ...one([[], ['hello'], ['a', 'b']])],
    () => ['ECHO', one(VALUES)],
    () => ['SELECT', one(['0', 'x', '100', '-1', ''])],
    () => ['PUBLISH', 'channel', 'message'],
    () => [
      one([
        'GET',
        'SET',
        'MGET',
        'MSET',
        'DEL',
        'INCR',
        'TTL',
        'SCAN',
        'KEYS',
        'RENAME',
        'PUBLISH',
        'ECHO',
        'APPEND',
        'EXPIRE',
        'NOTHING',
        'nothing\r\n+OK',
      ]),
    ],
    () => ['GET', key(), key()],
    () => ['NOTHING', one(VALUES), one(VALUES)],
    () => ['CLIENT', one(['GETNAME', 'SETNAME', 'NONSENSE']), ...one([[], ['me'], ['a b'], ['a', 'b']])],
    () => ['CONFIG', one(['GET', 'NONSENSE']), ...one([[], ['nothing-like-that']])],
    () => ['AUTH', ...one([['x'], ['default', 'x'], ['other', 'x'], ['a', 'b', 'c']])],
    () => ['HELLO', ...one([['x'], ['1'], ['4'], ['3', 'NONSENSE'], ['2', 'SETNAME'], ['3', 'AUTH', 'x']])],
  ]
  const setOptions = (): string[] =>
    one([
      ['NX'],
      ['XX'],
      ['GET'],
      ['KEEPTTL'],
      ['EX', one([...LONG, ...PAST])],
      ['PX', `${one(LONG)}000`],
      ['EX'],
      ['NO'],
      ['nx'],
      ['EXAT', one(['9999999999', '0'])],
      ['PXAT', '9999999999999'],
    ])
  const expireOptions = (): string[] =>
    one([[], [], [], ['NX'], ['XX'], ['GT'], ['LT'], ['NX', 'XX'], ['GT', 'LT'], ['NO']])
  return one(makers)()
}

/** What two servers may answer differently. */
function comparable(words: readonly string[], reply: unknown): unknown {
  if (reply instanceof ReplyError) return `error: ${reply.message}`
  switch (words[0]!.toUpperCase()) {
    case 'KEYS':
      return (reply as string[]).sort()
    case 'SCAN':
      return [(reply as unknown[])[0], ((reply as unknown[])[1] as string[]).sort()]
    case 'RANDOMKEY':
      return reply === null
    case 'TTL':
      // The second may have changed between the two.
      return (reply as number) > 10 ? Math.round((reply as number) / 10) : reply
    default:
      return reply
  }
}

async function compare(t: ExecutionContext, seed: number, version: '2' | '3', count: number): Promise<void> {
  const redis = await Wire.open(await redisServer(t))
  const server = await serve(t, { listen: [`unix:${folder(t)}/kv.sock`] })
  const ours = await Wire.open(server.uris[0]!)
  t.teardown(() => Promise.all([redis.stream.close(), ours.stream.close()]))
  for (const wire of [redis, ours]) await wire.ask('HELLO', version)
  const random = randomFrom(seed)
  const lately: string[] = []
  for (let i = 0; i < count; i++) {
    const words = command(random)
    lately.push(JSON.stringify(words))
    const [theirs, mine] = [comparable(words, await redis.ask(...words)), comparable(words, await ours.ask(...words))]
    try {
      t.deepEqual(mine, theirs)
    } catch (error) {
      t.log(`seed ${seed}, command ${i}, the last ones: ${lately.slice(-12).join(' ')}`)
      throw error
    }
  }
}

const redis = installed('redis-server') ? test : test.skip
const count = Number(process.env.CAMIO_KV_COMMANDS ?? 3000)
for (const [seed, version] of [
  [1, '2'],
  [2, '3'],
  [3, '2'],
] as const) {
  redis(`${count} random commands are answered as redis-server does: seed ${seed}, RESP${version}`, (t) =>
    compare(t, seed, version, count),
  )
}
