// What holds the repository together, checked: manifests, the direction of dependencies, the lockfile.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly workspaces?: string[]
  readonly [field: string]: unknown
}

interface LockEntry {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
}

const root = join(import.meta.dirname, '..')
const readJson = <T>(...path: string[]): T => JSON.parse(readFileSync(join(root, ...path), 'utf8'))
const workspaces = readJson<Manifest>('package.json').workspaces ?? []
const manifests = workspaces.map((folder) => ({ folder, manifest: readJson<Manifest>(folder, 'package.json') }))
const published = manifests.filter(({ manifest }) => !manifest.private)
const notTransports = ['core', 'conformance', 'cli', 'native-common'].map((name) => `@camio/${name}`)
const transports = published.filter(({ manifest }) => !notTransports.includes(manifest.name))

const LAYERS = '@camio/layers'

/**
 * The packages of this project that a manifest asks for, in whatever way. Layers go around every transport, as tests do: those of the
 * layers bring transports, and those of a transport may bring layers.
 */
const ownDependencies = (manifest: Manifest) => {
  const named = (field: string) => Object.keys(Object(manifest[field])).filter((name) => name.startsWith('@camio/'))
  const forTests = named('devDependencies').filter((name) => manifest.name !== LAYERS && name !== LAYERS)
  return [...['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap(named), ...forTests]
}

const sources = (folder: string) =>
  (existsSync(join(root, folder, 'src'))
    ? readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' })
    : []
  )
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file: join(folder, 'src', file), text: readFileSync(join(root, folder, 'src', file), 'utf8') }))

test('every folder under packages is a workspace', (t) => {
  const folders = readdirSync(join(root, 'packages')).filter((name) =>
    existsSync(join(root, 'packages', name, 'package.json')),
  )
  for (const name of folders) t.true(workspaces.includes(`packages/${name}`), `packages/${name}`)
})

test('every published manifest says what npm and its readers need', (t) => {
  for (const { folder, manifest } of published) {
    t.like(manifest, {
      name: `@camio/${folder.split('/').pop()}`,
      type: 'module',
      license: 'MIT',
      engines: { node: '>=20.19' },
      publishConfig: { access: 'public' },
    })
    for (const field of ['version', 'description', 'exports', 'files', 'sideEffects'])
      t.true(field in manifest, `${folder}: ${field} is missing`)
  }
})

test('a transport keeps its registration through tree shaking and brings no core of its own', (t) => {
  t.not(transports.length, 0)
  for (const { folder, manifest } of transports) {
    t.like(manifest, { sideEffects: ['./dist/index.js'] }, folder)
    t.true('@camio/core' in Object(manifest.peerDependencies), `${folder}: core is not a peer`)
    t.false('@camio/core' in Object(manifest.dependencies), `${folder}: core is a dependency`)
  }
})

test('dependencies point one way: transports know core, never each other, and core knows nobody', (t) => {
  const core = published.find(({ manifest }) => manifest.name === '@camio/core')
  t.deepEqual(core && ownDependencies(core.manifest), [])
  for (const { folder, manifest } of transports) {
    const others = transports.map((other) => other.manifest.name).filter((name) => name !== manifest.name)
    for (const other of others) {
      t.false(ownDependencies(manifest).includes(other), `${folder} depends on ${other}`)
      for (const { file, text } of sources(folder))
        t.notRegex(text, new RegExp(`(?:from|import)[\\s(]*['"]${other}\\b`), `${file} imports ${other}`)
    }
  }
})

test('a driver states the interface that it was written for: imported from core it would agree with any core', (t) => {
  for (const { folder } of published.filter(({ manifest }) => manifest.name !== '@camio/core'))
    for (const { file, text } of sources(folder)) t.notRegex(text, /\bDRIVER_ABI\b/, file)
})

test('the lockfile pins every package and names no registry', (t) => {
  const { packages } = readJson<{ packages: Record<string, LockEntry> }>('package-lock.json')
  for (const [path, { version, integrity, resolved, link }] of Object.entries(packages)) {
    t.notRegex(resolved ?? '', /:\/\//, `${path} is bound to a registry`)
    if (path.includes('node_modules/') && !link) t.truthy(version && integrity, `${path} is not pinned`)
  }
})
