// A bundler that drops what nobody names must not drop a registration.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import test from 'ava'
import * as esbuild from 'esbuild'
import { rollup } from 'rollup'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const home = mkdtempSync(join(tmpdir(), 'camio-bundles-'))
test.after.always(() => rmSync(home, { recursive: true, force: true }))

/** Talks over a scheme in pure JavaScript and over one with a native part, and says what runs that. */
const PROGRAM = `import { listen, open } from '@camio/core'
import '@camio/mem'
import '@camio/tcp'

for (const uri of ['mem:bundled', 'tcp://127.0.0.1:0']) void talk(uri)

async function talk(uri) {
  const server = await listen(uri)
  const accepted = server.accept()
  const near = await open(server.uri)
  await near.write(Buffer.from('hello'))
  await near.flush()
  const far = await accepted
  console.log(uri + ' ' + Buffer.from(await far.read()).toString() + ' by ' + far.features.engine)
  far.release()
  for (const end of [near, far, server]) await end.close()
}
`

const source = join(home, 'program.js')
test.before(() => {
  mkdirSync(join(home, 'node_modules'))
  symlinkSync(join(root, 'node_modules', '@camio'), join(home, 'node_modules', '@camio'))
  writeFileSync(source, PROGRAM)
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }')
})

async function linesOf(file: string): Promise<string[]> {
  const { stdout } = await run(process.execPath, [file], { cwd: home })
  return stdout.trim().split('\n').sort()
}

const BUNDLED = ['mem:bundled hello by js', 'tcp://127.0.0.1:0 hello by node']

for (const format of ['esm', 'cjs'] as const)
  test(`esbuild, ${format}: all schemes are there, without their native parts`, async (t) => {
    const outfile = join(home, `esbuild-${format}.${format === 'esm' ? 'mjs' : 'cjs'}`)
    const logLevel = 'error'
    await esbuild.build({
      entryPoints: [source],
      bundle: true,
      minify: true,
      platform: 'node',
      format,
      outfile,
      logLevel,
    })
    t.deepEqual(await linesOf(outfile), BUNDLED)
  })

test('rollup: all schemes are there, without their native parts', async (t) => {
  const file = join(home, 'rollup.mjs')
  const bundle = await rollup({ input: source, external: /^node:/, plugins: [nodeResolve({ preferBuiltins: true })] })
  await bundle.write({ file, format: 'esm', inlineDynamicImports: true })
  t.deepEqual(await linesOf(file), BUNDLED)
})

test('a transport that stays outside of the bundle keeps its native part, and both cores share the registry', async (t) => {
  const outfile = join(home, 'outside.mjs')
  const external = ['@camio/tcp']
  await esbuild.build({ entryPoints: [source], bundle: true, platform: 'node', format: 'esm', outfile, external })
  const [, tcp] = await linesOf(outfile)
  t.is(tcp, `tcp://127.0.0.1:0 hello by ${process.platform === 'linux' ? 'native' : 'node'}`)
})
