// Makes dist/camio.cjs out of dist/main.js: core, @camio/file and `cat` in one CommonJS file. Reading one file instead of
// some fifty ES modules is most of what makes `camio cat` start as fast as `node -e 0`. Run by scripts/setup.mjs.
import { readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const dist = join(here, 'dist')
const packages = dirname(here)

/** What the command imports on the way stays a file of its own, found from where the bundle lies. */
const lazyModules = {
  name: 'lazy modules stay outside',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import') return undefined
      return { path: `./${relative(dist, join(resolveDir, path)).split(sep).join('/')}`, external: true }
    })
  },
}

/**
 * A bundled file of @camio/file still lies, as far as `import.meta.url` is concerned, in its package: beside the bundle's own
 * package or wherever Node finds it.
 */
const whereItWas = {
  name: 'import.meta.url of bundled packages',
  setup({ onLoad }) {
    onLoad({ filter: /packages[\\/]\w+[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
      const contents = readFileSync(path, 'utf8')
      if (!contents.includes('import.meta.url')) return undefined
      const [name, ...rest] = relative(packages, path).split(sep)
      const place = `__moduleUrl(${JSON.stringify(name)}, ${JSON.stringify(rest.join('/'))})`
      return { contents: contents.replaceAll('import.meta.url', place), loader: 'js' }
    })
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

const banner = `'use strict'
function __moduleUrl(name, file) {
  const { existsSync } = require('node:fs'), path = require('node:path')
  let home = path.join(__dirname, '../..', name)
  if (!existsSync(path.join(home, 'package.json'))) home = path.dirname(require.resolve('@camio/' + name + '/package.json'))
  return require('node:url').pathToFileURL(path.join(home, file)).href
}`

await build({
  entryPoints: [join(dist, 'main.js')],
  outfile: join(dist, 'camio.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  banner: { js: banner },
  plugins: [lazyModules, whereItWas, quickAddon],
  logLevel: 'warning',
})
