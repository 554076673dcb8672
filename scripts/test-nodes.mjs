// npm run test:nodes [-- 22 24 ... <test files>]: all tests under every release of Node that is supported. npm brings their binaries.
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { onDemand } from './lib/on-demand.mjs'
import { capture } from './lib/run.mjs'
import { main, Stop } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'
import { conclude, runAva } from './lib/tests.mjs'

const RELEASES = ['20', '22', '24', '26']

/** The newest binary of a release. Its package needs its install script, which puts the binary into place. */
async function binaryOf(release) {
  if (process.versions.node.startsWith(`${release}.`)) return process.execPath
  const folder = await onDemand('node', release, { scripts: true })
  const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(binary)) throw new Stop(`npm has no binary of Node ${release} for this machine.`)
  return binary
}

async function testUnder(binary, files) {
  const { output } = await capture(binary, ['--version'])
  const PATH = `${dirname(binary)}${delimiter}${process.env.PATH}`
  return runAva(`Node ${output.trim()}`, binary, files, { env: { PATH } })
}

await main(async (args) => {
  await setUp({ native: 'required' })
  const chosen = args.filter((arg) => /^\d+$/.test(arg))
  const files = args.filter((arg) => !chosen.includes(arg))
  // All before the first test: without a binary there is nothing to wait for.
  const binaries = []
  for (const release of chosen.length > 0 ? chosen : RELEASES) binaries.push(await binaryOf(release))
  const rows = []
  for (const binary of binaries) rows.push(await testUnder(binary, files))
  conclude(rows)
})
