// What the documentation shows is compiled and run, so that it stays true.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { blockOf, type Program, programs } from './blocks.js'
import { folder, run } from './program.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)),
  ...readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'README.md')),
  'examples/README.md',
  'examples/kv/README.md',
  'bench/README.md',
  'native-common/README.md',
].filter((name) => name.endsWith('.md') && existsSync(join(root, name)))

const shown: readonly Program[] = pages.flatMap((page) => programs(join(root, page), page))

/** Below the workspace, so that the programs find the packages as a user's would. */
const work = mkdtempSync(join(root, 'examples', 'dist-test', 'docs-'))
test.after.always(() => rmSync(work, { recursive: true, force: true }))

const TSCONFIG = {
  extends: relative(work, join(root, 'tsconfig.base.json')),
  compilerOptions: {
    composite: false,
    declaration: false,
    declarationMap: false,
    sourceMap: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    noEmitOnError: false,
    rootDir: '.',
    outDir: 'out',
  },
  include: ['*.ts'],
}

let compiled = ''

test.before('compile what the documentation shows', async () => {
  for (const { name, code } of shown) writeFileSync(join(work, `${name}.ts`), code)
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  writeFileSync(join(work, 'package.json'), '{"type":"module"}')
  const { stdout } = await run(join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ['-p', work])
  compiled = stdout.toString()
})

test('there are programs in the guide', (t) => {
  t.true(shown.filter(({ place }) => place.startsWith('docs/guide.md')).length > 10)
})

test('no program in the documentation has a type error', (t) => {
  t.is(compiled, '')
})

for (const { name, place, prints } of shown.filter(({ runs }) => runs))
  test.serial(`the program at ${place} runs${prints === undefined ? '' : ' and prints what is said'}`, async (t) => {
    const { code, stdout, stderr } = await run(join(work, 'out', `${name}.js`), [], folder(t))
    t.is(stderr, '')
    t.is(code, 0)
    if (prints !== undefined) t.is(stdout.toString(), prints)
  })

test('the first program of the README is examples/src/first.ts', (t) => {
  const source = readFileSync(join(root, 'examples', 'src', 'first.ts'), 'utf8')
  t.is(blockOf(join(root, 'README.md'), 'ts first'), source.replace(/^\/\/ {2,}.*\n/gm, ''))
})

test('every published package has a README, and that of the repository links to it', (t) => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  for (const name of ['native-common', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)])
    if (existsSync(join(root, name, 'package.json'))) {
      t.true(existsSync(join(root, name, 'README.md')), name)
      t.true(readme.includes(`](${name}/README.md)`), name)
    }
})

test('the table of benchmarks names every suite', (t) => {
  const suites = readFileSync(join(root, 'bench', 'src', 'suites', 'index.ts'), 'utf8')
  const names = /SUITES[^=]*= \[([^\]]+)\]/
    .exec(suites)![1]!
    .split(',')
    .map((name) => name.trim())
  const table = readFileSync(join(root, 'bench', 'README.md'), 'utf8')
  t.true(names.length >= 3)
  for (const name of names) t.true(table.includes(`| \`${name}\` |`), name)
})

/** Where an installed Node has its headers; beside a packaged one there may be none. */
const headers = join(dirname(process.execPath), '..', 'include', 'node')
const compiles = existsSync(join(headers, 'node_api.h')) && spawnSync('c++', ['--version']).status === 0
const withCompiler = compiles ? test : test.skip

withCompiler('the C++ of native-common compiles', (t) => {
  const file = join(work, 'addon.cc')
  writeFileSync(file, blockOf(join(root, 'native-common', 'README.md'), 'cpp')!)
  const include = [headers, join(root, 'native-common', 'include'), join(root, 'node_modules', 'node-addon-api')]
  const defines = ['-DNAPI_VERSION=9', '-DNAPI_DISABLE_CPP_EXCEPTIONS', '-fsyntax-only', '-std=gnu++20']
  const { status, stderr } = spawnSync('c++', [...defines, ...include.map((folder) => `-I${folder}`), file])
  t.is(status, 0, stderr.toString())
})

test('every link between pages leads to a file', (t) => {
  for (const page of pages)
    for (const [, target] of readFileSync(join(root, page), 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
      t.true(existsSync(join(root, dirname(page), target!)), `${page}: ${target}`)
})
