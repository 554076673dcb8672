import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { Child, runChild } from '../dist/run/child.js'
import { parseCpuList, pickPair } from '../dist/run/cpus.js'
import { ticksOfAll, ticksOfOwn, watchOthers } from '../dist/run/load.js'
import { runPair } from '../dist/run/pair.js'

const script = (source: string): string[] => [process.execPath, '-e', source]

test('lists of cores', (t) => {
  t.deepEqual(parseCpuList('0-2,5\n'), [0, 1, 2, 5])
  t.deepEqual(parseCpuList(''), [])
})

test('a pair sits on two cores, not on two threads of one, where it can', (t) => {
  const siblings = (cpu: number): number[] => (cpu < 2 ? [0, 1] : [2, 3])
  t.deepEqual(pickPair([0, 1, 2, 3], siblings), [0, 2])
  t.deepEqual(pickPair([0, 1], siblings), [0, 1])
  t.deepEqual(pickPair([4], siblings), [4, 4])
})

test('what others use is what all use without what we use', (t) => {
  t.is(ticksOfAll('cpu  100 2 30 4000 50 6 7 8 0 0\ncpu0 1 2 3'), 140)
  t.is(ticksOfOwn('12 (a (b) c) S 1 1 1 0 -1 4194304 100 200 0 0 11 12 13 14 20 0'), 50)
  t.is(watchOthers()(), null)
})

test('a program answers with a line', async (t) => {
  t.deepEqual(await runChild('x', script('console.log(JSON.stringify({ ms: 3 }))')), { ms: 3 })
})

test('a program that fails is named with its error', async (t) => {
  await t.throwsAsync(runChild('x', script('throw new Error("no such thing")')), { message: /^x: .*no such thing/ })
  await t.throwsAsync(runChild('x', ['/no/such/program']), { message: /^x: .*ENOENT/ })
  await t.throwsAsync(runChild('x', script('process.exit(3)')), { message: 'x: exit code 3' })
})

test('children start without the certificates that slow Node down', async (t) => {
  process.env.NODE_EXTRA_CA_CERTS = '/none'
  const child = new Child('x', script('console.log(JSON.stringify({ set: "NODE_EXTRA_CA_CERTS" in process.env }))'))
  t.deepEqual(await child.line(), { set: false })
  await child.ended
})

test('children end with the bench', async (t) => {
  const url = JSON.stringify(new URL('../dist/run/child.js', import.meta.url))
  const source = `const { Child } = await import(${url})
    const child = new Child('x', [process.execPath, '-e', 'console.log(process.pid); for (;;);'])
    console.log(await child.line())
    process.exit()`
  const bench = new Child('bench', [process.execPath, '--input-type=module', '-e', source])
  const pid = (await bench.line()) as unknown as number
  await bench.ended
  const gone = async (): Promise<void> => {
    while (existsSync(`/proc/${pid}/fd/0`)) await sleep(10)
  }
  await t.notThrowsAsync(gone())
})

test('a pair: the connector learns where, the reporter reports, both end', async (t) => {
  const listener = script('console.log(JSON.stringify({ at: "x:1" })); setInterval(() => {}, 1000)')
  const connector = script('console.log(JSON.stringify({ at: process.argv.at(-1) }))')
  // `node -e` takes what follows `--` as the script's arguments
  const { line, other } = await runPair({ name: 'x', listener, connector: [...connector, '--'], reporter: 'connector' })
  t.deepEqual(line, { at: 'x:1' })
  t.is(other, undefined)
})

test('a pair of which both report', async (t) => {
  const listener = script('console.log(JSON.stringify({ at: "x" })); console.log(JSON.stringify({ received: 7 }))')
  const connector = [...script('console.log(JSON.stringify({ sent: 8 })); setInterval(() => {}, 1000)'), '--']
  const report = await runPair({ name: 'x', listener, connector, reporter: 'listener', both: true })
  t.deepEqual(report, { line: { received: 7 }, other: { sent: 8 } })
})

test('a pair of which one keeps silent that should report too is ended', async (t) => {
  const listener = script('console.log(JSON.stringify({ at: "x" })); console.log(JSON.stringify({ received: 7 }))')
  const connector = [...script('setInterval(() => {}, 1000)'), '--']
  const pair = runPair({ name: 'x', listener, connector, reporter: 'listener', both: true, timeoutMs: 500 })
  await t.throwsAsync(pair, { message: 'no result after 0.5 s' })
})

test('a pair whose silent end fails says why', async (t) => {
  const listener = script('console.log(JSON.stringify({ at: "x" })); setInterval(() => {}, 1000)')
  const connector = [...script('throw new Error("refused it")'), '--']
  const pair = runPair({ name: 'x', listener, connector, reporter: 'listener' })
  await t.throwsAsync(pair, { message: /connector.*refused it/ })
})

test('a pair that never reports is ended', async (t) => {
  const listener = script('console.log(JSON.stringify({ at: "x" })); setInterval(() => {}, 1000)')
  const connector = [...script('setInterval(() => {}, 1000)'), '--']
  const pair = runPair({ name: 'x', listener, connector, reporter: 'listener', timeoutMs: 300 })
  await t.throwsAsync(pair, { message: 'no result after 0.3 s' })
})
