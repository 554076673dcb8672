// Makes dist/camio.cjs out of dist/main.js: core, @camio/file and `cat` in one CommonJS file. Reading one file instead of
// some fifty ES modules is most of what makes `camio cat` start as fast as `node -e 0`. Run by scripts/setup.mjs.
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const dist = join(here, 'dist')
const packages = dirname(here)
const bundled = join(dist, 'camio.cjs')

/** src/lazy.ts, as the launcher does it: with kept code V8 forgets who may import. */
const launcherImports = {
  name: 'lazy modules are imported by bin/camio.cjs',
  setup({ onLoad }) {
    onLoad({ filter: /cli[\\/]dist[\\/]lazy\.js$/ }, () => ({ contents: 'export const load = __import', loader: 'js' }))
  },
}

/** How a module finds its package, and what that means for one that has moved into the bundle. */
const OWN_PACKAGE = /fileURLToPath\(new URL\('\.\.', import\.meta\.url\)\)/g
/** Imported when needed. In the bundle it is there anyway, and esbuild would wrap every module in a function for its sake. */
const IMPORTED_LATER = /\bimport\('(\.\/[^']+)'\)/g

/** A bundled module's package still lies beside the command's own package, or wherever Node finds it. */
const asBundled = {
  name: 'modules as they are in a bundle',
  setup({ onLoad }) {
    onLoad({ filter: /packages[\\/](core|file)[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
      const [name] = relative(packages, path).split(sep)
      const imports = []
      const contents = readFileSync(path, 'utf8')
        .replace(OWN_PACKAGE, `__package(${JSON.stringify(name)})`)
        .replace(IMPORTED_LATER, (_, module) => {
          imports.push(`import * as __later${imports.length} from '${module}'\n`)
          return `Promise.resolve(__later${imports.length - 1})`
        })
      if (!contents.includes('import.meta')) return { contents: imports.join('') + contents, loader: 'js' }
      return { errors: [{ text: 'import.meta means something else in a bundle', location: { file: path } }] }
    })
  },
}

/** Modules of Node's that bring many others, and what is used of them: loaded at the first use. */
const HEAVY = {
  'node:net': { classes: ['Socket'], functions: [] },
  'node:tty': { classes: ['ReadStream', 'WriteStream'], functions: ['isatty'] },
}

const heavyLater = {
  name: 'heavy modules of Node are loaded at the first use',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:(net|tty)$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'heavy' } : { path, external: true },
    )
    onLoad({ filter: /.*/, namespace: 'heavy' }, ({ path }) => {
      const { classes, functions } = HEAVY[path]
      const get = (name) => `require(${JSON.stringify(path)}).${name}`
      const contents = [
        ...classes.map((name) => `export function ${name}(...args) { return new (${get(name)})(...args) }`),
        ...functions.map((name) => `export function ${name}(...args) { return ${get(name)}(...args) }`),
      ]
      return { contents: contents.join('\n'), loader: 'js' }
    })
  },
}

/** Nobody can subscribe to anything in the command's own process. */
const noDiagnostics = {
  name: 'no diagnostics channels',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:diagnostics_channel$/ }, ({ path }) => ({ path, namespace: 'none' }))
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({
      contents: 'const silent = { hasSubscribers: false }\nexport const channel = () => silent',
    }))
  },
}

/** node-gyp-build loads a dozen modules to find a file whose place is known: see src/native-build.cjs. */
const quickAddon = {
  name: 'quick look for the native part',
  setup({ onResolve }) {
    onResolve({ filter: /^node-gyp-build$/ }, ({ importer }) =>
      importer.endsWith('native-build.cjs') ? { external: true } : { path: join(here, 'src', 'native-build.cjs') },
    )
  },
}

/** A function, which the launcher calls: what a module would find around itself are its arguments. */
const banner = `(function (require, __filename, __dirname, __import) {
'use strict'
function __package(name) {
  const path = require('node:path')
  const folder = path.join(__dirname, '../..', name)
  if (require('node:fs').existsSync(path.join(folder, 'package.json'))) return folder
  return path.dirname(require.resolve('@camio/' + name + '/package.json'))
}`

const { outputFiles } = await build({
  entryPoints: [join(dist, 'main.js')],
  outfile: bundled,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  minify: true,
  banner: { js: banner },
  footer: { js: '})' },
  plugins: [launcherImports, asBundled, heavyLater, noDiagnostics, quickAddon],
  logLevel: 'warning',
  write: false,
})

// A command that starts at this moment finds the old file or the new one.
const draft = `${bundled}.${process.pid}`
writeFileSync(draft, outputFiles[0].contents)
renameSync(draft, bundled)
// What faster starts of an older one left behind.
for (const name of readdirSync(dist)) if (name.endsWith('.cache')) rmSync(join(dist, name), { force: true })
