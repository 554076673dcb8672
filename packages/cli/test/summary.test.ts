// camio cat --json, and what is said when it is stopped.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { Summary } from '../dist/cat/summary.js'
import { binary, camio, finish, folder, start, until } from './helpers.js'

const parse = (text: Buffer | string): Summary => JSON.parse(text.toString()) as Summary
/** Without its native part @camio/file copies. */
const engine = async (): Promise<string> => {
  const [file] = JSON.parse((await camio(['schemes', '--json', 'file'])).stdout.toString()) as [{ engine: string }]
  return file.engine
}

test('the summary is on standard output when that is no output, and adds up', async (t) => {
  const content = binary(3_000_000)
  const cwd = folder(t, { a: content, b: 'bb' })
  const { code, stdout, stderr } = await camio(['cat', '--json', 'a', 'b', '-o', 'out'], { cwd })
  t.is(code, 0)
  t.is(stderr, '')
  const summary = parse(stdout)
  t.like(summary, { ok: true, bytes: 3_000_002, outputs: ['out'] })
  t.deepEqual(
    summary.inputs.map(({ uri, bytes }) => [uri, bytes]),
    [
      ['a', 3_000_000],
      ['b', 2],
    ],
  )
  t.true(summary.seconds > 0)
  t.is(readFileSync(join(cwd, 'out')).length, 3_000_002)
  const native = process.platform === 'linux' && (await engine()) === 'native'
  if (native) t.like(summary, { copies: 0 })
  if (native)
    t.true(['copy_file_range', 'sendfile', 'splice', 'read-write', 'mmap'].includes(summary.path!), summary.path!)
  t.true(summary.systemCalls > 0)
})

test('the summary is on standard error when the bytes are on standard output', async (t) => {
  const { stdout, stderr } = await camio(['cat', '--json', '-o', '-'], { input: 'hello' })
  t.is(stdout.toString(), 'hello')
  t.like(parse(stderr), { ok: true, bytes: 5, outputs: ['-'] })
})

test('a failed input and a failed output stand in the summary with their codes', async (t) => {
  const cwd = folder(t, { a: 'A' })
  const input = await camio(['cat', '--json', 'gone', 'a', '-o', 'out'], { cwd })
  t.is(input.code, 1)
  const summary = parse(input.stdout)
  t.like(summary, { ok: false, bytes: 1 })
  t.is(summary.inputs[0]?.error?.code, 'ERR_CAMIO_NOT_FOUND')
  t.is(summary.inputs[1]?.error, undefined)
  const output = await camio(['cat', '--json', 'a', '-o', 'no/folder'], { cwd })
  t.is(output.code, 1)
  t.like(parse(output.stdout), { ok: false, bytes: 0, path: null, error: { code: 'ERR_CAMIO_NOT_FOUND' } })
})

test('the summary in the README is what the command says', async (t) => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const { seconds: _, ...shown } = parse(/```json\n([\s\S]*?)```/.exec(readme)![1]!)
  const cwd = folder(t, { a: 'hello\n' })
  const { seconds, ...said } = parse((await camio(['cat', '--json', 'a', '-o', 'b'], { cwd })).stdout)
  t.deepEqual(said, shown)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`${signal} ends it by the signal, after saying how far it came`, async (t) => {
    const child = start(['cat', '--progress', '/dev/zero', '-o', '/dev/null'])
    const done = finish(child)
    await until(child.stderr!, /[1-9][\d.]* [KMGT]iB {2}/)
    child.kill(signal)
    const outcome = await done
    t.is(outcome.signal, signal)
    t.regex(
      outcome.stderr,
      new RegExp(`camio cat: stopped by ${signal} after [\\d.]+ [KMGTP]?i?B in [\\d.]+ s by \\S+\n$`),
    )
  })

test('SIGINT with several outputs, which are equally far then', async (t) => {
  const cwd = folder(t)
  const child = start(['cat', '--json', '--progress', '/dev/zero', '-o', '/dev/null', '-o', 'file:/dev/null'], { cwd })
  const done = finish(child)
  await until(child.stderr!, /[1-9][\d.]* [KMGT]iB {2}/)
  child.kill('SIGINT')
  const { signal, stdout } = await done
  t.is(signal, 'SIGINT')
  t.true(parse(stdout).bytes > 0)
})

test('stopped while it waits for its input', async (t) => {
  const child = start(['cat', '--json', '--progress', '-', '-o', '/dev/null'])
  const done = finish(child)
  child.stdin!.write('12345')
  await until(child.stderr!, /5 B {2}/)
  child.kill('SIGINT')
  const { signal, stdout } = await done
  t.is(signal, 'SIGINT')
  t.like(parse(stdout), { ok: false, bytes: 5, signal: 'SIGINT' })
})
