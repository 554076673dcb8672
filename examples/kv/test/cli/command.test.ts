// `camio-kv cli` as a process: one-shot, from standard input, at a terminal.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { connect } from '../../dist/client/index.js'
import { camioKv, PROGRAM, start } from '../support/command.js'
import { installed } from '../support/redis.js'
import { folder, name, serve } from '../support/server.js'

async function server(t: ExecutionContext, ...more: readonly string[]): Promise<readonly string[]> {
  return (await serve(t, { listen: [`unix:${folder(t)}/kv.sock`, ...more] })).uris
}

test('one-shot: the answer, and whether it was an error', async (t) => {
  const [uri] = await server(t)
  t.like(await camioKv(['cli', uri!, 'SET', 'key', 'two words']), { code: 0, stderr: '', stdout: Buffer.from('OK\n') })
  t.is((await camioKv(['cli', uri!, 'GET', 'key'])).stdout.toString(), 'two words\n')
  t.is((await camioKv(['cli', '--no-raw', uri!, 'GET', 'key'])).stdout.toString(), '"two words"\n')
  t.is((await camioKv(['cli', uri!, '--json', 'MGET', 'key', 'none'])).stdout.toString(), '["two words",null]\n')
  t.like(await camioKv(['cli', uri!, '--no-raw', 'INCR', 'key']), {
    code: 1,
    stdout: Buffer.from('(error) ERR value is not an integer or out of range\n'),
  })
  // What stands behind the command's name is the command's.
  t.is((await camioKv(['cli', uri!, 'ECHO', '--json'])).stdout.toString(), '--json\n')
})

test('the last argument from standard input, binary', async (t) => {
  const [uri] = await server(t)
  const value = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i & 0xff))
  t.is((await camioKv(['cli', uri!, '-x', 'SET', 'key'], value)).code, 0)
  const { stdout } = await camioKv(['cli', uri!, 'GET', 'key'])
  t.true(stdout.equals(Buffer.concat([value, Buffer.from('\n')])))
})

test('from standard input: a command a line; one that fails does not stop the others', async (t) => {
  const [uri] = await server(t)
  const { code, stdout, stderr } = await camioKv(
    ['cli', uri!, '--no-raw'],
    'SET a "x y"\n\nINCR a\nGET "a\nGET a\nSCAN 0\nCONFIG GET maxmemory\n',
  )
  t.is(code, 1)
  t.is(
    stdout.toString(),
    'OK\n(error) ERR value is not an integer or out of range\n"x y"\n1) "0"\n2) 1) "a"\n1# "maxmemory" => "0"\n',
  )
  t.regex(stderr, /quotes do not match: GET "a/)
})

test('several URIs: the first that opens', async (t) => {
  const [uri] = await server(t)
  t.is((await camioKv(['cli', `unix:/nowhere.sock ${uri}`, 'PING'])).stdout.toString(), 'PONG\n')
})

test('over shared memory and datagrams', async (t) => {
  const uris = await server(t, `shm:${name()}`, 'udp://127.0.0.1:0')
  for (const uri of uris) t.is((await camioKv(['cli', uri, 'PING'])).stdout.toString(), 'PONG\n', uri)
})

test('exit codes: 1 nobody there, 2 a wrong command', async (t) => {
  for (const [args, code, words] of [
    [['cli', 'tcp://127.0.0.1:1', 'PING'], 1, /ECONNREFUSED/],
    [['cli'], 2, /which server\?[\s\S]*--help/],
    [['cli', '--nonsense', 'tcp://127.0.0.1:1'], 2, /no option --nonsense/],
    [['cli', 'nonsense:x', 'PING'], 2, /unknown scheme/],
    [['cli', 'tcp://127.0.0.1:1?nodelai=1', 'PING'], 2, /nodelai/],
    [['cli', '-x', 'tcp://127.0.0.1:1'], 2, /-x/],
  ] as const) {
    const outcome = await camioKv(args)
    t.is(outcome.code, code, args.join(' '))
    t.regex(outcome.stderr, words)
    t.is(outcome.stdout.length, 0)
  }
})

test('--help: on standard output, with examples', async (t) => {
  const { code, stdout } = await camioKv(['cli', '--help'])
  t.is(code, 0)
  t.regex(stdout.toString(), /Examples\n {2}camio-kv cli/)
})

test('the password comes by the environment', async (t) => {
  const { uris } = await serve(t, { listen: ['tcp://127.0.0.1:0'], password: 'secret' })
  t.is((await camioKv(['cli', uris[0]!, 'PING'], '', { CAMIO_KV_PASSWORD: 'secret' })).stdout.toString(), 'PONG\n')
  t.like(await camioKv(['cli', uris[0]!, 'PING'], '', { CAMIO_KV_PASSWORD: 'wrong' }), { code: 1 })
})

test('quiet when nobody reads any more', async (t) => {
  const [uri] = await server(t)
  await using kv = await connect(uri!)
  await Promise.all(Array.from({ length: 2000 }, (_, i) => kv.set(`key ${i}`, 'x'.repeat(100))))
  const child = start(['cli', uri!])
  child.stdout!.destroy()
  let complaints = ''
  child.stderr!.on('data', (chunk) => {
    complaints += chunk
  })
  child.stdin!.on('error', () => {})
  child.stdin!.end('KEYS *\n'.repeat(100))
  await once(child, 'close')
  t.is(complaints, '')
})

test('SUBSCRIBE prints messages until it is interrupted', async (t) => {
  const [uri] = await server(t)
  await using kv = await connect(uri!)
  const child = start(['cli', uri!, '--json', 'SUBSCRIBE', 'news'])
  while ((await kv.publish('news', 'hello')) === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  t.is(line.toString().split('\n')[0], '["message","news","hello"]')
  child.kill('SIGINT')
  const [code] = await once(child, 'close')
  t.is(code, 0)
})

// script(1) makes a terminal.
const withTerminal = installed('script') ? test : test.skip

withTerminal('at a terminal: a prompt, types, a history that is private', async (t) => {
  const path = folder(t)
  const [uri] = await server(t)
  const history = join(path, 'history')
  const command = `'${process.execPath}' '${PROGRAM}' cli '${uri}'`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...process.env, CAMIO_KV_HISTORY: history, TERM: 'xterm' },
  })
  t.teardown(() => child.kill('SIGKILL'))
  let shown = ''
  child.stdout.on('data', (chunk) => {
    shown += chunk
  })
  const until = async (text: string): Promise<void> => {
    while (!shown.includes(text)) await once(child.stdout, 'data')
  }
  await until('> ')
  child.stdin.write('SET key value\r')
  await until('OK')
  child.stdin.write('GET key\r')
  await until('"value"')
  child.stdin.write('GET "\r')
  await until('Invalid argument(s)')
  child.stdin.write('AUTH secret\r')
  await until('(error)')
  child.stdin.write('quit\r')
  const [code] = await once(child, 'close')
  t.is(code, 0, shown)
  t.true(shown.includes(`${uri}> `))
  t.is(readFileSync(history, 'utf8'), 'SET key value\nGET key\nGET "\nquit\n')
  t.is(statSync(history).mode & 0o777, 0o600)
})
