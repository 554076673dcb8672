// What this machine must have, said in words that help when it has not.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { capture } from './run.mjs'
import { Stop } from './say.mjs'

const NEEDED_NODE = [20, 19]

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [needMajor, needMinor] = NEEDED_NODE
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return
  throw new Stop(
    `This needs Node ${NEEDED_NODE.join('.')} or newer; here is ${process.version}. Get one from https://nodejs.org/ or with a version manager.`,
  )
}

const works = async (command, args, input) => (await capture(command, args, { input })).code === 0

async function firstThatWorks(commands, args, input) {
  for (const command of commands) if (command && (await works(command, args, input))) return command
  return undefined
}

/** What node-gyp needs and this machine lacks: a list of descriptions, empty when all is there. */
export async function missingTools() {
  const { CXX, MAKE, PYTHON, npm_config_python } = process.env
  const cxx20 = ['-std=c++20', '-x', 'c++', '-fsyntax-only', '-']
  const needs = [
    ['a C++20 compiler (g++ 10 or clang++ 12, or newer)', [CXX ?? 'c++', 'g++', 'clang++'], cxx20, '#include <span>\n'],
    ['make', [MAKE ?? 'make', 'gmake'], ['--version']],
    [
      'python3',
      [PYTHON ?? npm_config_python ?? 'python3', 'python'],
      ['-c', 'import sys; sys.exit(sys.version_info < (3,))'],
    ],
  ]
  const found = await Promise.all(needs.map(([, commands, args, input]) => firstThatWorks(commands, args, input)))
  return needs.filter((_, i) => !found[i]).map(([description]) => description)
}

export function howToGet(missing) {
  return [
    `The native parts cannot be built here. Missing: ${missing.join(', ')}.`,
    '  Debian, Ubuntu   apt-get install g++ make python3',
    '  Fedora           dnf install gcc-c++ make python3',
    '  Alpine           apk add g++ make python3 linux-headers',
    '  macOS            xcode-select --install',
    'Without them the transports still work, over the slower "node" engine (npm run demo shows it).',
  ].join('\n')
}

/** Most installations of Node bring their headers; node-gyp then has nothing to download. */
export function headersOption() {
  const prefix = dirname(dirname(process.execPath))
  const chosen = process.env.npm_config_nodedir
  return !chosen && existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : []
}
