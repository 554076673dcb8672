/**
 * What a stranger can do with the packages as they would be published: follow docs/writing-a-scheme.md to the letter, and build, test,
 * pack, install and use examples/scheme-plugin.
 */
import { once } from 'node:events'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import test from 'ava'
import { Outside } from './support/outside.js'
import { stepsOf } from './support/steps.js'

/** `node --test`, in TAP or, from Node 23 on, in its own way. */
const NONE_FAILED = /^[#ℹ] fail 0$/m
const PASSED = /^[#ℹ] pass (\d+)$/m

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

const root = join(import.meta.dirname, '..')
const outside = new Outside(root)

test.before('a registry', () => outside.start())
test.after.always(() => outside.remove())

test.serial(
  'the steps of docs/writing-a-scheme.md lead to a scheme that passes, is installed and is found',
  async (t) => {
    t.timeout(300_000)
    const steps = stepsOf(join(root, 'docs', 'writing-a-scheme.md'))
    const said: string[] = []
    for (const step of steps) {
      if (step.kind === 'file') {
        const file = join(outside.folder, step.path)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, step.text)
        continue
      }
      mkdirSync(join(outside.folder, step.folder), { recursive: true })
      const { code, output } = await outside.run(step.text, step.folder)
      t.is(code, 0, output)
      if (step.prints !== undefined) t.is(output, step.prints)
      said.push(output)
    }
    t.regex(said[0]!, NONE_FAILED)
    t.true(Number(PASSED.exec(said[0]!)?.[1]) > 150, 'the suite ran')
    t.is(said.at(-1)!.match(/^ *package +camio-duct$/gm)?.length, 2, said.at(-1))
  },
)

test.serial('examples/scheme-plugin is built, passes its tests and is packed', async (t) => {
  t.timeout(300_000)
  const folder = join(outside.folder, 'camio-ws')
  cpSync(join(root, 'examples', 'scheme-plugin'), folder, { recursive: true })
  for (const made of ['node_modules', 'dist', 'dist-test']) rmSync(join(folder, made), { recursive: true, force: true })
  // Its own "npm test" runs the suite for wss: as well, which takes as long again.
  const tests = ['codes', 'peers', 'refusals', 'readme', 'conformance-ws'].map((name) => `dist-test/${name}.test.js`)
  const { code, output } = await outside.run(
    `npm install\nnpm run build\nnode --test ${tests.join(' ')}\nnpm pack`,
    'camio-ws',
  )
  t.is(code, 0, output)
  t.regex(output, NONE_FAILED)
})

test.serial('installed beside core it is used by the camio command, if it is allowed by name', async (t) => {
  t.timeout(120_000)
  mkdirSync(join(outside.folder, 'user'))
  const run = (commands: string) => outside.run(commands, 'user')
  const installed = await run(
    'npm init --yes\nnpm install @camio/core @camio/cli ../camio-ws/camio-ws-0.1.0.tgz\nls node_modules/@camio',
  )
  t.is(installed.code, 0, installed.output)
  t.deepEqual(installed.output.match(/^(cli|conformance|core|file|mem|native-common|shm|tcp|udp|xdp)$/gm), [
    'cli',
    'core',
    'file',
    'native-common',
  ])

  const refused = await run("npx camio cat 'ws://127.0.0.1:9/'")
  t.is(refused.code, 2, refused.output)
  t.regex(refused.output, /unknown scheme "ws"/)

  // The server is the command, too; its client tries until it is there.
  const port = await freePort()
  const moved = await run(`
    export CAMIO_PLUGINS=camio-ws
    printf 'one\\ntwo\\n' > in
    npx camio cat "ws://127.0.0.1:${port}/?listen=1&framing=bytes" -o out &
    for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
      if npx camio cat in -o "ws://127.0.0.1:${port}/?framing=bytes"; then break; fi
      sleep 0.2
    done 2>> refusals
    wait
    cat out`)
  t.is(moved.output, 'one\ntwo\n')
  t.is(moved.code, 0)
})
