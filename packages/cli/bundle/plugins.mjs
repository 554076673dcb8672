// What esbuild has to know to make one file of the command: see ../bundle.mjs.
import { readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
export const packages = join(here, '../..')

/** What a plain `cat` never needs: a file of its own, loaded when something of it is called. */
const RARE = {
  'core/dist/layers/framed.js': 'framed',
  'core/dist/layers/frames.js': 'frameCodec',
  'core/dist/layers/bytes-view.js': 'BytesView',
  'core/dist/layers/lease-guard.js': 'LeaseGuard',
  'core/dist/plan/open-planned.js': 'openPlanned',
  'core/dist/selector.js': 'Selector',
  'file/dist/follower.js': 'Follower',
  'file/dist/mmap-stream.js': 'MmapStream',
  'file/dist/unpositioned-node.js': 'openByNode',
  'cli/dist/cat/merge.js': 'merged',
  'cli/dist/cat/progress.js': 'Progress',
}

/** The source of that file. It has a core of its own; two of them get along. */
export const rareModules = Object.entries(RARE)
  .map(([file, name]) => `export { ${name} } from ${JSON.stringify(join(packages, file))}`)
  .join('\n')

/** In their place: functions that pass the call, or the `new`, on. */
export const rareElsewhere = {
  name: 'rare modules are loaded when they are called',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
      const name = RARE[relative(packages, path).split(sep).join('/')]
      if (name === undefined) return undefined
      const real = `require(__dirname + '/camio-rare.cjs').${name}`
      const call = `new.target ? new (${real})(...args) : ${real}(...args)`
      return { contents: `export function ${name}(...args) { return ${call} }`, loader: 'js' }
    })
  },
}

/** src/lazy.ts, as the launcher does it: with kept code V8 forgets who may import. */
export const launcherImports = {
  name: 'lazy modules are imported by bin/camio.cjs',
  setup({ onLoad }) {
    onLoad({ filter: /cli[\\/]dist[\\/]lazy\.js$/ }, () => ({ contents: 'export const load = __import', loader: 'js' }))
  },
}

/** How a module finds its package, and what that means for one that has moved into the bundle. */
const OWN_PACKAGE = /fileURLToPath\(new URL\('\.\.', import\.meta\.url\)\)/g
/** The same for what it requires: a bundle has a `require`, and esbuild follows it. */
const OWN_REQUIRE = /const require = process\.getBuiltinModule\('node:module'\)\.createRequire\(import\.meta\.url\);?/g
/** Imported when needed. In the bundle it is there anyway, and esbuild would wrap every module in a function for its sake. */
const IMPORTED_LATER = /\bimport\('(\.\/[^']+)'\)/g

/** A bundled module's package still lies beside the command's own package, or wherever Node finds it. */
export const asBundled = {
  name: 'modules as they are in a bundle',
  setup({ onLoad }) {
    onLoad({ filter: /packages[\\/](core|file)[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
      const [name] = relative(packages, path).split(sep)
      const imports = []
      const contents = readFileSync(path, 'utf8')
        .replace(OWN_PACKAGE, `__package(${JSON.stringify(name)})`)
        .replace(OWN_REQUIRE, '')
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

export const heavyLater = {
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
export const noDiagnostics = {
  name: 'no diagnostics channels',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:diagnostics_channel$/ }, ({ path }) => ({ path, namespace: 'none' }))
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({
      contents: 'const silent = { hasSubscribers: false }\nexport const channel = () => silent',
    }))
  },
}

/** node-gyp-build loads a dozen modules to find a file whose place is known: see src/native-build.cjs. */
export const quickAddon = {
  name: 'quick look for the native part',
  setup({ onResolve }) {
    onResolve({ filter: /^node-gyp-build$/ }, ({ importer }) =>
      importer.endsWith('native-build.cjs')
        ? { external: true }
        : { path: join(here, '..', 'src', 'native-build.cjs') },
    )
  },
}
