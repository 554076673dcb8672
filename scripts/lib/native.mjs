// Builds the native parts with node-gyp into packages/<name>/build/Release, where node-gyp-build finds them.
import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { nativePackages, readJson, root } from './packages.mjs'
import { captureNode, tool } from './run.mjs'
import { Stop, say } from './say.mjs'
import { hashFiles, readStamp, writeStamp } from './stamp.mjs'
import { headersOption, howToGet, missingTools } from './toolchain.mjs'

/** What, when it differs, makes every object file worthless. Not the Node at hand: what Node-API and libuv 1 promise holds for all of them. */
function environment() {
  const { CC, CXX, CFLAGS, CXXFLAGS, LDFLAGS } = process.env
  const { version } = readJson(root, 'node_modules', 'node-addon-api', 'package.json')
  const { platform, arch } = process
  return JSON.stringify({ platform, arch, version, CC, CXX, CFLAGS, CXXFLAGS, LDFLAGS })
}

const stampFile = ({ folder }) => join(folder, 'build', '.stamp')

/** A hash of all that a native part is made of. */
export function inputsOf({ folder }) {
  const sources = ['native', 'binding.gyp'].map((name) => join(folder, name))
  const shared = ['include', 'index.cjs'].map((name) => join(root, 'native-common', name))
  return hashFiles([...sources, ...shared])
}

const stampNow = (target) => `${environment()}\n${inputsOf(target)}`

async function build(target) {
  const stamp = stampNow(target)
  const sameEnvironment = readStamp(stampFile(target))?.startsWith(`${environment()}\n`)
  rmSync(stampFile(target), { force: true })
  // After a change of sources make knows what to do; after a change of compiler it does not.
  const commands = sameEnvironment ? ['configure', 'build'] : ['rebuild']
  const options = ['--release', `--jobs=${availableParallelism()}`, ...headersOption()]
  const result = await captureNode([tool('node-gyp'), ...commands, ...options], { cwd: target.folder, network: true })
  if (result.code === 0) writeStamp(stampFile(target), stamp)
  return { ...target, ...result, output: result.output.replace(/^gyp info .*\n/gm, '') }
}

async function buildAll(targets) {
  const missing = await missingTools()
  if (missing.length > 0) return howToGet(missing)
  const results = await Promise.all(targets.map(build))
  // Warnings of our own code are for reading, even when all is well.
  for (const { output } of results.filter(({ code, output }) => code === 0 && /warning:/.test(output)))
    process.stderr.write(output)
  const failed = results.filter(({ code }) => code !== 0)
  if (failed.length === 0) return undefined
  const names = failed.map(({ name }) => name).join(', ')
  return `${failed.map(({ output }) => output).join('\n')}\nBuilding the native part of ${names} failed: see above.`
}

/** Builds what changed. A failure stops everything if the native parts are `required` and is a warning otherwise. */
export async function buildNative({ required }) {
  const all = nativePackages()
  if (process.platform === 'win32') return say('native: none on Windows, the node engine is used')
  const stale = all.filter((target) => readStamp(stampFile(target)) !== stampNow(target))
  if (stale.length === 0) return say('native: built already')
  say(`native: building ${stale.map(({ name }) => name).join(' and ')} (C++)`)
  const problem = await buildAll(stale)
  if (problem && required) throw new Stop(problem)
  if (problem) process.stderr.write(`\n${problem}\n\nGoing on without.\n\n`)
}
