// One native package for one target, by prebuildify, in a folder of its own: the developer's build stays as it is.
import { cpSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { inputsOf } from '../native.mjs'
import { readJson, root } from '../packages.mjs'
import { captureNode, tool } from '../run.mjs'
import { Stop } from '../say.mjs'
import { hashFiles, readStamp, writeStamp } from '../stamp.mjs'
import { headersOption } from '../toolchain.mjs'
import { checkNeeds } from './elf.mjs'
import { GLIBC } from './targets.mjs'
import { compilerFor } from './zig.mjs'

const HERE = import.meta.dirname

const workFolder = ({ name }, target) => join(root, 'node_modules', '.cache', 'camio', 'prebuild', target.name, name)

/** Where it comes to lie, by the name that node-gyp-build looks for. `uv1`: it calls libuv, whose next major may differ. */
export function outputOf({ folder }, { arch, libc }) {
  const { name } = readJson(folder, 'package.json')
  return join(folder, 'prebuilds', `linux-${arch}`, `${name.replace('/', '+')}.uv1.${libc}.node`)
}

function stampOf(subject, target, compiler) {
  return JSON.stringify({ inputs: inputsOf(subject), how: hashFiles([HERE]), target, compiler, node: process.version })
}

/** Builds unless that is done already. @returns what there is: file, bytes, the glibc it needs, whether it was built now */
export async function prebuild(subject, target, compiler) {
  const work = workFolder(subject, target)
  const stampFile = join(work, '.stamp')
  const stamp = stampOf(subject, target, compiler)
  const file = outputOf(subject, target)
  const done = existsSync(file) && readStamp(stampFile) === stamp
  if (!done) {
    await build(subject, target, compiler, work)
    if (!existsSync(file)) throw new Stop(`prebuildify has not made ${file}.`)
    writeStamp(stampFile, stamp)
  }
  const glibc = await checkNeeds(file, target.libc === 'glibc' ? GLIBC : undefined)
  return { file, bytes: statSync(file).size, glibc, built: !done }
}

async function build({ name, folder }, target, compiler, work) {
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  for (const part of ['package.json', 'binding.gyp', 'native'])
    cpSync(join(folder, part), join(work, part), { recursive: true })
  cpSync(join(HERE, 'stat.cc'), join(work, 'native', 'zz_stat.cc'))
  const [headers] = headersOption()
  const args = [
    ...['--napi', '--tag-libc', '--tag-uv', '--platform', 'linux', '--arch', target.arch, '--libc', target.libc],
    ...['--out', folder, '--node-gyp', tool('node-gyp')],
  ]
  const env = {
    ...compilerFor(compiler, target),
    PREBUILD_UV: '1',
    JOBS: String(availableParallelism()),
    ...(headers && { npm_config_nodedir: headers.slice('--nodedir='.length) }),
  }
  const { code, output } = await captureNode([tool('prebuildify'), ...args], { cwd: work, network: true, env })
  if (code !== 0) throw new Stop(`${output}\nBuilding ${name} for ${target.name} failed: see above.`)
}
