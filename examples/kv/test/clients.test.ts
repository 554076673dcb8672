/** Real clients at their usual work: redis-cli, redis-benchmark, and ioredis of npm. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { Redis, type RedisOptions } from 'ioredis'
import { installed } from './support/redis.js'
import { folder, ServerProcess } from './support/server.js'

const run = promisify(execFile)
const tools = installed('redis-cli') && installed('redis-benchmark') ? test : test.skip

interface Place {
  readonly name: 'tcp' | 'unix'
  readonly words: string[]
  readonly options: RedisOptions
}

async function places(t: ExecutionContext, args: string[] = []): Promise<Place[]> {
  const path = `${folder(t)}/kv.sock`
  const server = await ServerProcess.start(t, ['--listen', 'tcp://127.0.0.1:0', '--listen', `unix:${path}`, ...args])
  const port = /:(\d+)$/.exec(server.uris[0]!)![1]!
  return [
    { name: 'tcp', words: ['-h', '127.0.0.1', '-p', port], options: { host: '127.0.0.1', port: Number(port) } },
    { name: 'unix', words: ['-s', path], options: { path } },
  ]
}

tools('redis-cli: one command, a pipe of many, and its scans', async (t) => {
  for (const { words } of await places(t)) {
    const cli = async (...more: string[]): Promise<string> =>
      (await run('redis-cli', [...words, ...more])).stdout.trim()
    t.is(await cli('SET', 'greeting', 'hello world'), 'OK')
    t.is(await cli('GET', 'greeting'), 'hello world')
    t.is(await cli('GET', 'none'), '')
    t.is(await cli('-3', 'INCR', 'counter'), '1')
    t.is(await cli('EXPIRE', 'counter', '100'), '1')
    t.is(await cli('NONSENSE'), "ERR unknown command 'NONSENSE', with args beginning with:")
    t.true(['counter\ngreeting', 'greeting\ncounter'].includes(await cli('--scan')))
    t.regex(await cli('INFO', 'server'), /server_name:camio-kv/)
    // Mass insertion: the protocol itself on standard input.
    const mass = run('redis-cli', [...words, '--pipe'])
    mass.child.stdin!.end(Array.from({ length: 1000 }, (_, i) => `SET mass:${i} ${i}\r\n`).join(''))
    t.regex((await mass).stdout, /errors: 0, replies: 1000/)
    t.is(await cli('DBSIZE'), '1002')
    t.is(await cli('FLUSHDB'), 'OK')
  }
})

tools('redis-benchmark: the tests that are made of our commands', async (t) => {
  for (const { words } of await places(t)) {
    const args = [
      ...words,
      '-t',
      'ping_inline,ping_mbulk,set,get,incr,mset',
      '-n',
      '5000',
      '-c',
      '20',
      '-P',
      '8',
      '-r',
      '1000',
      '--csv',
    ]
    const { stdout, stderr } = await run('redis-benchmark', args)
    const rows = stdout.trim().split('\n').slice(1)
    t.is(rows.length, 6, stdout)
    for (const row of rows) t.true(Number(row.split(',')[1]!.replaceAll('"', '')) > 0, row)
    t.notRegex(stderr, /error/i)
  }
})

test('ioredis: commands, pipelines, scans and messages', async (t) => {
  for (const { name, options } of await places(t)) {
    const redis = new Redis(options)
    const hearer = new Redis(options)
    t.teardown(() => {
      redis.disconnect()
      hearer.disconnect()
    })
    t.is(await redis.set('a', '1', 'EX', 100), 'OK', name)
    t.is(await redis.get('a'), '1')
    t.deepEqual(await redis.getBuffer('a'), Buffer.from('1'))
    t.deepEqual(await redis.mget('a', 'none'), ['1', null])
    t.is(await redis.incrby('a', 41), 42)
    t.true((await redis.ttl('a')) > 90)
    await t.throwsAsync(redis.call('NONSENSE'), { message: /unknown command/ })
    const answers = await redis.pipeline().set('b', 'x').append('b', 'y').get('b').exec()
    t.deepEqual(answers, [
      [null, 'OK'],
      [null, 2],
      [null, 'xy'],
    ])
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i & 255))
    await redis.set('bytes', bytes)
    t.deepEqual(await redis.getBuffer('bytes'), bytes)
    const keys: string[] = []
    for await (const some of redis.scanStream({ match: '*', count: 2 })) keys.push(...(some as string[]))
    t.deepEqual([...new Set(keys)].sort(), ['a', 'b', 'bytes'])
    const heard = new Promise((resolve) => hearer.once('message', (channel, message) => resolve([channel, message])))
    await hearer.subscribe('news')
    t.is(await redis.publish('news', 'it works'), 1)
    t.deepEqual(await heard, ['news', 'it works'])
    await redis.flushdb()
    t.is(await hearer.quit(), 'OK')
    t.is(await redis.quit(), 'OK')
  }
})

test('ioredis says the password', async (t) => {
  const server = await ServerProcess.start(t, ['--listen', 'tcp://127.0.0.1:0'], { CAMIO_KV_PASSWORD: 'open sesame' })
  const port = Number(/:(\d+)$/.exec(server.uris[0]!)![1])
  const redis = new Redis({ host: '127.0.0.1', port, password: 'open sesame' })
  t.teardown(() => redis.disconnect())
  t.is(await redis.ping(), 'PONG')
})
