/** What is published: what is in each tarball, how large it is, what resolvers and compilers of others make of it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core'
import test from 'ava'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { type Tarball, tarballs } from './support/tarballs.js'

const root = join(import.meta.dirname, '..')

/** KiB in a user's node_modules, without prebuilt binaries. Raise one on purpose, or find out what came along. */
const BUDGETS: Readonly<Record<string, number>> = {
  '@camio/native-common': 48,
  '@camio/core': 1400,
  '@camio/conformance': 800,
  '@camio/mem': 128,
  '@camio/timer': 80,
  '@camio/file': 380,
  '@camio/shm': 620,
  '@camio/tcp': 390,
  '@camio/udp': 490,
  '@camio/xdp': 430,
  '@camio/cli': 470,
}

/** For a package that has no budget of its own yet. */
const COMMON_BUDGET = 512

/** What belongs to building and testing. */
const NOT_FOR_USERS = /(^|\/)(test|dist-test|build|api|node_modules)\/|tsbuildinfo|stamp$|tsconfig|\.cache$|\.tgz$/

const isPrebuilt = (path: string) => path.startsWith('prebuilds/')

/**
 * Not faults: the packages are ES modules, which `require` loads from Node 20.19 on, and need a resolver that knows `exports`, as every
 * one does that Node 20 comes with.
 */
function isAccepted(problem: Problem): boolean {
  return problem.kind === 'CJSResolvesToESM' || ('resolutionKind' in problem && problem.resolutionKind === 'node10')
}

const all = tarballs(root)

for (const tarball of all) {
  const { folder, manifest, files } = tarball
  const { name } = manifest

  test(`${name}: its tarball has what a user needs, and nothing else`, (t) => {
    for (const file of ['package.json', 'README.md', 'LICENSE']) t.true(files.has(file), file)
    const licence = (...path: string[]) => readFileSync(join(root, ...path, 'LICENSE'), 'utf8')
    t.is(licence(folder), licence())
    t.deepEqual(
      [...files.keys()].filter((path) => NOT_FOR_USERS.test(path)),
      [],
    )
    for (const target of targets(manifest.exports)) t.true(files.has(target.slice(2)), target)
  })

  test(`${name}: no file of its tarball names a place on this machine`, (t) => {
    const texts = [...files.keys()].filter((path) => !isPrebuilt(path) && !path.endsWith('.node'))
    for (const path of texts) t.false(readFileSync(join(root, folder, path), 'utf8').includes(root), path)
  })

  test(`${name}: its tarball keeps its budget`, (t) => {
    const own = [...files].filter(([path]) => !isPrebuilt(path)).reduce((sum, [, size]) => sum + size, 0)
    const kibibytes = Math.ceil(own / 1024)
    t.log(`${kibibytes} KiB installed, ${Math.ceil(tarball.bytes.length / 1024)} KiB to download`)
    t.true(kibibytes <= (BUDGETS[name] ?? COMMON_BUDGET), `${kibibytes} KiB`)
  })

  test(`${name}: publint finds nothing to say`, async (t) => {
    const { messages, pkg } = await publint({ pack: { tarball: bufferOf(tarball) }, level: 'warning' })
    t.deepEqual(
      messages.map((message) => formatMessage(message, pkg, { color: false })),
      [],
    )
  })

  if (targets(manifest.exports).some((target) => target.endsWith('ts')))
    test(`${name}: its types are found by every resolver, and are right`, async (t) => {
      const result = await checkPackage(createPackageFromTarballData(tarball.bytes))
      t.truthy(result.types)
      t.deepEqual('problems' in result ? result.problems.filter((problem) => !isAccepted(problem)) : [], [])
    })
}

test('budgets are for packages that there are', (t) => {
  const names = all.map(({ manifest }) => manifest.name)
  t.deepEqual(
    Object.keys(BUDGETS).filter((name) => !names.includes(name)),
    [],
  )
})

/** Every file that `exports` names. */
function targets(exports: unknown): string[] {
  if (typeof exports === 'string') return [exports]
  return Object.values(exports ?? {}).flatMap(targets)
}

function bufferOf({ bytes }: Tarball): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
}
