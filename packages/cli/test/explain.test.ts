// camio explain: the table, JSON, and what was measured.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test from 'ava'
import { binary, camio, finish, folder, shell, start, until } from './helpers.js'

test('two files: the path and its costs, and nothing is opened', async (t) => {
  const cwd = folder(t, { in: binary(1000) })
  const { code, stdout, stderr } = await camio(['explain', 'in', '--out', 'out'], { cwd })
  t.is(stderr, '')
  t.is(code, 0)
  const text = stdout.toString()
  t.regex(text, /^source +file:in +first +bytes, scope=host/)
  t.regex(text, /^sink +file:out +first/m)
  t.regex(text, /^path +copy_file_range: in the kernel$/m)
  t.regex(text, /^user-space copies, at most +0$/m)
  t.throws(() => readFileSync(join(cwd, 'out')), { code: 'ENOENT' })
})

test('--analyze does it, and --json says both', async (t) => {
  const content = binary(300_000)
  const cwd = folder(t, { in: content })
  const { code, stdout } = await camio(['explain', '--analyze', '--json', 'in', '-o', 'out'], { cwd })
  t.is(code, 0)
  const said = JSON.parse(stdout.toString())
  t.like(said.predicted, { copies: 0 })
  t.like(said.measured, { bytes: 300_000, copies: 0, ended: true })
  t.deepEqual(readFileSync(join(cwd, 'out')), content)
})

test('--analyze onto standard output: the bytes there, the table on standard error', async (t) => {
  const content = binary(70_000)
  const cwd = folder(t, { in: content })
  const { code, stdout, stderr } = await shell('camio explain --analyze in --out - | cat', cwd)
  t.is(code, 0)
  t.deepEqual(stdout, content)
  t.regex(stderr, /^sink +stdio: +opened/m)
  t.regex(stderr, /^moved +70000 bytes/m)
})

test('without --out: reads it, and says what that costs', async (t) => {
  const cwd = folder(t, { in: binary(1000) })
  const { stdout } = await camio(['explain', '--analyze', 'in'], { cwd })
  t.regex(stdout.toString(), /^moved +1000 bytes in 1 piece by read$/m)
})

test('candidates: their order and their fate', async (t) => {
  const args = [
    'explain',
    'tcp://127.0.0.1:1',
    'udp://127.0.0.1:1',
    'mem:x',
    '--require',
    'reliable,ordered',
    '--prefer',
    'scope=process',
  ]
  const { code, stdout } = await camio(args)
  t.is(code, 0)
  const rows = stdout.toString().split('\n')
  t.regex(rows[0]!, /^source +mem:x +first .*only if it is the very server of tcp:/)
  t.regex(rows[1]!, /^ +tcp:\/\/127.0.0.1:1 +next/)
  t.regex(rows[2]!, /^ +udp:\/\/127.0.0.1:1 +dropped +.*reliable/)
})

test('nothing left, and ends that do not fit, are exit code 1', async (t) => {
  for (const args of [
    ['tcp://h:1', '--require', 'encrypted'],
    ['file:x', '--out', 'mem:x'],
  ]) {
    const { code, stdout } = await camio(['explain', ...args])
    t.is(code, 1)
    t.regex(stdout.toString(), /^path +none: /m)
  }
})

test('a wrong command is exit code 2, and what fails when it is done is 1', async (t) => {
  const wrong: ReadonlyArray<readonly [readonly string[], RegExp]> = [
    [[], /explain: what\?/],
    [['a', '--colour'], /Unknown option '--colour'/],
    [['nonsense:x'], /unknown scheme "nonsense"/],
    [['file:x', '--require', 'speed'], /option "require": "speed" names no feature/],
    [['file:x?y=1'], /unknown option "y"/],
  ]
  for (const [args, message] of wrong) {
    const { code, stdout, stderr } = await camio(['explain', ...args])
    t.is(code, 2, args.join(' '))
    t.regex(stderr, message)
    t.is(stdout.toString(), '')
  }
  const cwd = folder(t)
  const { code, stderr } = await camio(['explain', '--analyze', 'missing', '-o', 'out'], { cwd })
  t.is(code, 1)
  t.regex(stderr, /^camio explain: .*file:missing.*ENOENT/)
})

test('SIGINT ends --analyze, which says how far it came', async (t) => {
  const server = createServer((socket) => socket.write('hello'))
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const cwd = folder(t)
  const child = start(['explain', '--analyze', `tcp://127.0.0.1:${port}`, '-o', '-'], { cwd })
  const finished = finish(child)
  await until(child.stdout!, /hello/)
  child.kill('SIGINT')
  const { signal, stderr } = await finished
  t.is(signal, 'SIGINT')
  t.regex(stderr, /moved +5 bytes .*stopped before the end/)
})

test('help', async (t) => {
  const { code, stdout } = await camio(['explain', '--help'])
  t.is(code, 0)
  t.regex(stdout.toString(), /^camio explain - /)
  t.regex((await camio(['--help'])).stdout.toString(), /^ {2}camio explain /m)
})
