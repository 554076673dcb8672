// `camio-kv bench`: what it counts is what it did, and what is wrong is told.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listen } from '@camio/core'
import test from 'ava'
import { parseBench } from '../../dist/bench/arguments.js'
import { measure } from '../../dist/bench/measure.js'
import { Workload } from '../../dist/bench/workload.js'
import { connect } from '../../dist/client/index.js'
import { camioKv } from '../support/command.js'
import { folder, name, serve } from '../support/server.js'

const { plan } = parseBench([
  'x:',
  '--warm',
  '0s',
  '--time',
  '60s',
  '--requests',
  '500',
  '--keys',
  '50',
  '--sets',
  '30',
])

test('options are read, and wrong ones are named', (t) => {
  const { uris, plan, json, svg } = parseBench(
    'a: b: --json --svg f.svg -c 3 -P 16 -d 4KiB --sets 50 --wait spin:20us --time 3s -n 10'.split(' '),
  )
  t.deepEqual(uris, ['a:', 'b:'])
  t.true(json)
  t.is(svg, 'f.svg')
  t.like(plan, { clients: 3, pipeline: 16, valueSize: 4096, sets: 0.5, wait: 'spin:20us', timeMs: 3000, requests: 10 })
  for (const [words, wrong] of [
    ['', /which servers/],
    ['a: --clients 0', /--clients needs a whole number from 1/],
    ['a: --sets 101', /--sets/],
    ['a: --key-size 8', /--key-size needs a size from 10/],
    ['a: --time soon', /--time needs a time/],
    ['a: --nonsense', /nonsense/],
  ] as const)
    t.throws(() => parseBench(words === '' ? [] : words.split(' ')), { name: 'UsageError', message: wrong }, words)
})

test('the same seed is the same work; a wrong value is noticed', (t) => {
  const [one, two] = [new Workload(plan), new Workload(plan)]
  const order = (work: Workload) => Array.from({ length: 100 }, () => [work.nextKey(), work.nextIsSet()])
  t.deepEqual(order(one), order(two))
  t.notDeepEqual(order(new Workload({ ...plan, seed: 2 })), order(two))
  const value = one.valueAt(7)
  const other = one.valueAt(8)
  const changed = Buffer.from(value)
  changed[value.length - 1]! ^= 1
  for (let i = 0; i < 100; i++) t.true(one.check(7, value, 0, value.length))
  t.false(one.check(7, other, 0, other.length))
  t.false(one.check(7, value, 0, value.length - 1))
  const noticed = Array.from({ length: 64 }, () => one.check(7, changed, 0, changed.length))
  t.is(noticed.filter((same) => !same).length, 1, 'of 64 values one is compared whole')
})

for (const scheme of ['mem', 'shm', 'unix', 'tcp', 'udp'] as const)
  test.serial(`${scheme}: counts every operation, leaves nothing behind`, async (t) => {
    const listens = { mem: `mem:${name()}`, shm: `shm:${name()}`, unix: `unix:${folder(t)}/kv.sock` }
    const uri = scheme === 'tcp' || scheme === 'udp' ? `${scheme}://127.0.0.1:0` : listens[scheme]
    const server = await serve(t, { listen: [uri] })
    const said: string[] = []
    for (const shape of [
      { clients: 1, pipeline: 1 },
      { clients: 3, pipeline: 8 },
    ]) {
      const result = await measure(server.uris[0]!, { ...plan, ...shape }, (what) => said.push(what))
      t.true(result.operations >= 500 && result.operations < 500 + 3 * 8, `${result.operations} operations`)
      t.is(result.scheme, scheme)
      const { p50, p90, p99, p999, max } = result.latencyUs
      t.true(p50 > 0 && p50 <= p90 && p90 <= p99 && p99 <= p999 && p999 <= max)
      t.is(Math.round(result.perSecond * result.seconds), result.operations)
      // Of this machine's own: neither end of a stream copies a request or an answer that is not cut in two.
      t.true(result.copies.client < 0.5, `${result.copies.client} copies`)
      t.is(result.note, scheme === 'udp' && shape.pipeline > 1 ? 'one request at a time' : undefined)
    }
    t.true(said.includes('runs'))
    await using kv = await connect(server.uris[0]!, { replyTimeout: '60s' })
    t.is(await kv.dbsize(), 0)
  })

test('a server that mixes values up is found out', async (t) => {
  const server = await listen(`mem:${name()}`, { framing: 'bytes' })
  t.teardown(() => server.close())
  void server
    .accept()
    .then(async (peer) => {
      for await (const lease of peer) {
        const text = Buffer.from(lease).toString()
        const requests = text.match(/\r\n(HELLO|SET|GET|INFO|DEL)\r\n/g) ?? []
        const answer = (request: string) => (request.includes('GET') ? `$64\r\n${'x'.repeat(64)}\r\n` : '+OK\r\n')
        await peer.write(Buffer.from(requests.map(answer).join('')))
      }
    })
    .catch(() => {})
  await t.throwsAsync(
    measure(server.uri, { ...plan, sets: 0 }, () => {}),
    { message: /another value than was set/ },
  )
})

test('the command: a table, JSON, a chart', async (t) => {
  const path = folder(t)
  const server = await serve(t, { listen: [`shm:${name()}`, `unix:${path}/kv.sock`] })
  const quick = ['bench', '--time', '60s', '-n', '300', '--warm', '0s', '--keys', '20', ...server.uris]
  const table = await camioKv([...quick, '--svg', join(path, 'chart.svg')])
  t.is(table.code, 0, table.stderr)
  const lines = table.stdout.toString().trimEnd().split('\n')
  t.is(lines.length, 3)
  t.regex(lines[0]!, /ops\/s +p50 us +p99 us +p99\.9 us +max us +copies\/op/)
  t.true(lines[1]!.startsWith('shm:') && lines[2]!.startsWith('unix:'))
  const svg = readFileSync(join(path, 'chart.svg'), 'utf8')
  for (const uri of server.uris) t.true(svg.includes(uri))
  t.is(table.stderr, '', 'progress is for terminals')

  const json = await camioKv([...quick, '--json'])
  const results = json.stdout
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { uri: string })
  t.deepEqual(
    results.map(({ uri }) => uri),
    [...server.uris],
  )
})

test('the command: one server that fails does not stop the others', async (t) => {
  const server = await serve(t, { listen: [`unix:${folder(t)}/kv.sock`] })
  const { code, stdout, stderr } = await camioKv([
    ...['bench', '-n', '100', '--warm', '0s', '--keys', '20', 'unix:/nowhere.sock'],
    server.uris[0]!,
  ])
  t.is(code, 1)
  t.regex(stderr, /unix:\/nowhere\.sock/)
  t.true(stdout.includes(server.uris[0]!))
  t.is((await camioKv(['bench'])).code, 2)
  t.regex((await camioKv(['bench', '--help'])).stdout.toString(), /Examples/)
})
