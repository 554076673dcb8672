/**
 * Every suite that needs /dev/netmap, over a stand-in for the kernel module: each in an ava of its own, because the stand-in must be there
 * before a process begins. `npm run test:netmap` runs the same suites over the module itself.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { missing, standIn } from './stand-in.js'

const here = dirname(fileURLToPath(import.meta.url))
const suites = readdirSync(here).filter((name) => name.endsWith('.suite.js'))
const ava = join(dirname(createRequire(import.meta.url).resolve('ava')), 'cli.mjs')

/** What a slow machine, as an emulated one is, gives every case: see @camio/conformance. Milliseconds. */
const patience = Number(process.env.CAMIO_CONFORMANCE_TIMEOUT ?? 0)

for (const suite of suites) {
  const name = suite.replace('.suite.js', '')
  if (missing !== null) {
    test.skip(`${name}, over a stand-in for the kernel module (${missing})`, (t) => t.pass())
    continue
  }
  test.serial(`${name}, over a stand-in for the kernel module`, async (t) => {
    t.timeout(Math.max(600_000, 10 * patience))
    const { env, folder, remove } = standIn()
    t.teardown(remove)
    const child = spawn(
      process.execPath,
      [ava, '--tap', `--timeout=${Math.max(120_000, patience)}`, join('dist-test', suite)],
      {
        cwd: dirname(here),
        // Not ours: it would make the child report to our parent.
        env: { ...withoutAva(process.env), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    t.teardown(() => child.kill('SIGKILL'))
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
    const [code] = await once(child, 'close')
    const failed = said.split('\n').filter((line) => line.startsWith('not ok'))
    const passed = said.split('\n').filter((line) => /^ok (?!.* # SKIP)/.test(line)).length
    const skipped = said.split('\n').filter((line) => /^ok .* # SKIP/.test(line)).length
    t.log(`${passed} passed, ${skipped} skipped`)
    t.deepEqual(failed, [], said.slice(-6000))
    t.is(code, 0, said.slice(-6000))
    t.true(passed + skipped > 0)
    const violations = join(folder, 'violations')
    t.false(existsSync(violations), existsSync(violations) ? readFileSync(violations, 'utf8') : '')
  })
}

function withoutAva(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('AVA_') && name !== 'NODE_CHANNEL_FD'),
  )
}
