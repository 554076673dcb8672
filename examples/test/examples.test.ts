// Every example does what its first lines say.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { open } from '@camio/core'
import test from 'ava'
import '@camio/tcp'
import '@camio/udp'
import { example, folder, run, start } from './program.js'

const TEXT = 'one two\n\tthree\n\nfour  five'

test('first: file to file and file to standard output', async (t) => {
  const cwd = folder(t)
  writeFileSync(join(cwd, 'in'), TEXT)
  const copied = await run(example('first'), ['file:in', 'file:out'], cwd)
  t.is(copied.code, 0)
  t.regex(copied.stderr, /^26 bytes by [\w-]+, \d+ copies\n$/)
  t.is(readFileSync(join(cwd, 'out'), 'utf8'), TEXT)
  t.is((await run(example('first'), ['file:in', 'stdio:'], cwd)).stdout.toString(), TEXT)
})

test('cat: joins paths and URIs, reports what is missing and goes on', async (t) => {
  const cwd = folder(t)
  writeFileSync(join(cwd, 'a'), 'A')
  writeFileSync(join(cwd, 'b'), 'B')
  const { code, stdout, stderr } = await run(example('cat'), ['a', 'gone', 'file:b'], cwd)
  t.is(stdout.toString(), 'AB')
  t.regex(stderr, /^gone: /)
  t.is(code, 1)
})

test('wc: counts as wc does, over a file and over its mapping', async (t) => {
  const cwd = folder(t)
  writeFileSync(join(cwd, 'in'), TEXT)
  // Larger than one lease: words that straddle two are still one word.
  writeFileSync(join(cwd, 'long'), `${'word '.repeat(200_000)}\n`)
  const { code, stdout, stderr } = await run(example('wc'), ['file:in', 'mmap:in', 'file:long'], cwd)
  t.is(stderr, '')
  t.is(code, 0)
  t.is(stdout.toString(), '3 5 26 file:in\n3 5 26 mmap:in\n1 200000 1000001 file:long\n')
})

test('echo: the same server over tcp, unix and udp', async (t) => {
  const cwd = folder(t)
  const server = start(example('echo'), ['tcp://127.0.0.1:0', 'unix:echo.sock', 'udp://127.0.0.1:0'], cwd)
  t.teardown(() => server.kill())
  let said = ''
  for await (const chunk of server.stdout!) {
    said += String(chunk)
    if (said.split('\n').length > 3) break
  }
  const [, tcp] = /^listening on (tcp:.*)$/m.exec(said)!
  for (const uri of [tcp!, `unix:${join(cwd, 'echo.sock')}`]) {
    await using client = await open(uri)
    const sent = Buffer.from(`hello over ${uri} `.repeat(5000))
    await client.write(sent)
    await client.end()
    const pieces: Buffer[] = []
    for await (const lease of client) pieces.push(Buffer.from(lease))
    t.true(Buffer.concat(pieces).equals(sent), uri)
  }
  const [, udp] = /^listening on (udp:.*)$/m.exec(said)!
  await using client = await open(udp!)
  for (const word of ['one', 'two']) {
    await client.write(Buffer.from(word))
    t.is(Buffer.from((await client.read())!).toString(), word)
    client.release()
  }
})

test('demo: every transport, checksums the same, tables, nothing left behind', async (t) => {
  const cwd = folder(t)
  const { code, stdout, stderr } = await run(example('demo'), ['--size=3MiB', '--time=100ms'], cwd)
  t.is(code, 0, stderr)
  const lines = stdout.toString().trim().split('\n')
  t.regex(lines[0]!, /^scheme +route +MB\/s +copies +path +sha256$/)
  for (const [i, scheme] of ['shm', 'tcp', 'unix', 'tls', 'udp'].entries())
    t.regex(lines[i + 1]!, new RegExp(`^${scheme} +file -> ${scheme} -> .*\\d+ +\\d+ +\\S.* -> \\S+ +same$`))
  // Seeded, but what is sent again depends on the clock: some is lost in any case.
  t.regex(lines[5]!, / [1-9]\d* lost, [1-9]\d* sent again -> datagrams /)
  t.regex(lines[7]!, /^store over +ops\/s +p50 us +p99 us +copies\/op$/)
  for (const [i, scheme] of ['shm', 'unix', 'tcp', 'tls', 'udp'].entries())
    t.regex(lines[i + 8]!, new RegExp(`^${scheme} +\\d[\\d ]* +[\\d.]+ +[\\d. ]+ +\\d\\.\\d\\d$`))
  t.false(stdout.includes(0x1b), 'colours, though this is no terminal')
  t.regex(stderr, /Every copy has the checksum of the original/)
  t.deepEqual(readdirSync(cwd), [])
})

test('demo --json: the same as data', async (t) => {
  const { code, stdout } = await run(example('demo'), ['--size=1000003', '--time=50ms', '--json'])
  t.is(code, 0)
  const report = JSON.parse(stdout.toString()) as {
    ok: boolean
    size: number
    results: Array<{ bytes: number }>
    store: Array<{ operations: number }>
  }
  t.like(report, { ok: true, size: 1_000_003 })
  t.true(report.results.length >= 3)
  for (const result of report.results) t.is(result.bytes, 1_000_003)
  t.true(report.store.length >= 4)
  for (const { operations } of report.store) t.true(operations > 0)
})

test('demo: a wrong size is a wrong command', async (t) => {
  const { code, stderr } = await run(example('demo'), ['--size=lots'])
  t.is(code, 2)
  t.regex(stderr, /--size=lots is not a size/)
  t.regex((await run(example('demo'), ['--time=soon'])).stderr, /--time=soon is not a time/)
})

test('checksums tell files apart', async (t) => {
  const { generate, sha256 } = await import('../dist/demo/input.js')
  const cwd = folder(t)
  const path = join(cwd, 'input')
  await generate(path, 2_500_000)
  const bytes = readFileSync(path)
  t.is(bytes.length, 2_500_000)
  const sum = createHash('sha256').update(bytes).digest('hex')
  t.is(await sha256(path), sum)
  bytes[1_234_567]! ^= 1
  writeFileSync(path, bytes)
  t.not(await sha256(path), sum)
})

test('demo: stopped in the middle, it leaves nothing behind', async (t) => {
  const cwd = folder(t)
  const child = start(example('demo'), ['--size=64MiB'], cwd)
  const closed = new Promise((resolve) => child.once('close', resolve))
  for await (const chunk of child.stderr!) if (String(chunk).includes('Moving it')) break
  child.kill('SIGINT')
  await closed
  t.deepEqual(readdirSync(cwd), [])
})
