// Makes dist/camio.cjs out of dist/main.js: core, @camio/file and `cat` in one CommonJS file. Reading one file instead of
// some fifty ES modules is most of what makes `camio cat` start as fast as `node -e 0`. Run by scripts/setup.mjs.
import { createHash } from 'node:crypto'
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import {
  asBundled,
  heavyLater,
  launcherImports,
  noDiagnostics,
  quickAddon,
  rareElsewhere,
  rareModules,
} from './bundle/plugins.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const dist = join(here, 'dist')

/** The command is a function, which the launcher calls: what a module finds around itself are its arguments. */
const banner = `'use strict'
function __package(name) {
  const path = require('node:path')
  const folder = path.join(__dirname, '../..', name)
  if (require('node:fs').existsSync(path.join(folder, 'package.json'))) return folder
  return path.dirname(require.resolve('@camio/' + name + '/package.json'))
}`

/** `performance.now` loads the whole of `node:perf_hooks`, ten modules, at its first use. */
const clock = `function __now() {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}`

const common = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  minify: true,
  charset: 'ascii',
  define: { 'performance.now': '__now' },
  logLevel: 'warning',
  write: false,
}

const command = await build({
  ...common,
  entryPoints: [join(dist, 'main.js')],
  banner: { js: `(function (require, __dirname, __import) {\n${banner}\n${clock}` },
  footer: { js: '})' },
  plugins: [rareElsewhere, launcherImports, asBundled, heavyLater, noDiagnostics, quickAddon],
})
const rare = await build({
  ...common,
  stdin: { contents: rareModules, resolveDir: here },
  banner: { js: `${banner}\n${clock}\nconst __import = (specifier) => import(specifier)` },
  plugins: [launcherImports, asBundled, heavyLater, noDiagnostics, quickAddon],
})

/** A command that starts at this moment finds the old file or the new one. What V8 makes of a file is known by the hash. */
function put(name, { outputFiles }) {
  const { text } = outputFiles[0]
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  const draft = join(dist, `${name}.${process.pid}`)
  writeFileSync(draft, `//${hash}\n${text}`)
  renameSync(draft, join(dist, name))
}

put('camio-rare.cjs', rare)
put('camio.cjs', command)
// What faster starts of an older one left behind.
for (const name of readdirSync(dist)) if (name.endsWith('.cache')) rmSync(join(dist, name), { force: true })
