// npm run test:nodes [-- 22 24 ... <test files>]: all tests under every release of Node that is supported. npm brings their binaries.
import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { onDemand } from './lib/on-demand.mjs'
import { run, tool } from './lib/run.mjs'
import { main, Stop, say } from './lib/say.mjs'
import { setUp } from './lib/setup.mjs'

const RELEASES = ['20', '22', '24', '26']

/** The newest binary of a release. Its package needs its install script, which puts the binary into place. */
async function binaryOf(release) {
  if (process.versions.node.startsWith(`${release}.`)) return process.execPath
  const folder = await onDemand('node', release, { scripts: true })
  const binary = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(binary)) throw new Stop(`npm has no binary of Node ${release} for this machine.`)
  return binary
}

async function testUnder(release, files) {
  const binary = await binaryOf(release)
  say(`tests: ava, Node ${release}`)
  const PATH = `${dirname(binary)}${delimiter}${process.env.PATH}`
  return run(binary, [tool('ava'), ...files], { env: { PATH } })
}

await main(async (args) => {
  await setUp({ native: 'required' })
  const chosen = args.filter((arg) => /^\d+$/.test(arg))
  const files = args.filter((arg) => !chosen.includes(arg))
  const failed = []
  for (const release of chosen.length > 0 ? chosen : RELEASES)
    if ((await testUnder(release, files)) !== 0) failed.push(release)
  if (failed.length > 0) throw new Stop(`Tests failed under Node ${failed.join(', ')}: see above.`)
})
