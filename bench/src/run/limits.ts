import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { CACHE, LIMITS } from './places.js'

const COMPILER = process.env.CC ?? 'cc'
const FLAGS = ['-O2', '-Wall', '-Wextra', '-pthread']
const LIBRARY = ['-shared', '-fPIC']

export type Built = { readonly path: string } | { readonly absent: string }

const built = new Map<string, Built>()

/** Compiles limits/<name>.c once per content; later runs take it from the cache. */
export const limit = (name: string): Built => once(name, FLAGS)

/** The same as a shared library, to be preloaded into a peer. */
export const library = (name: string): Built => once(name, [...FLAGS, ...LIBRARY])

function once(name: string, flags: readonly string[]): Built {
  let result = built.get(name)
  if (result === undefined) built.set(name, (result = build(name, flags)))
  return result
}

/** A program that the harness cannot do without. */
export function needed(name: string): string {
  const program = limit(name)
  if ('absent' in program) throw new Error(`limits/${name}.c: ${program.absent}`)
  return program.path
}

function build(name: string, flags: readonly string[]): Built {
  const source = `${LIMITS}${name}.c`
  const version = spawnSync(COMPILER, ['--version'], { encoding: 'utf8' })
  if (version.status !== 0) return { absent: `no C compiler (${COMPILER})` }
  const path = `${CACHE}${name}-${fingerprint(source, flags, version.stdout)}`
  if (existsSync(path)) return { path }
  mkdirSync(CACHE, { recursive: true })
  const unfinished = `${path}.${process.pid}`
  const compiled = spawnSync(COMPILER, [...flags, '-o', unfinished, source], { encoding: 'utf8' })
  if (compiled.status !== 0) return { absent: `does not compile here: ${firstLine(compiled.stderr)}` }
  renameSync(unfinished, path)
  return { path }
}

function fingerprint(source: string, flags: readonly string[], compiler: string): string {
  const hash = createHash('sha256')
  const headers = readdirSync(LIMITS).filter((name) => name.endsWith('.h'))
  for (const part of [compiler, flags.join(' '), readFileSync(source)]) hash.update(part)
  for (const name of headers.sort()) hash.update(readFileSync(`${LIMITS}${name}`))
  return hash.digest('hex').slice(0, 16)
}

const firstLine = (text: string | null): string =>
  (text ?? '').split('\n').find((line) => line.includes('error')) ?? 'cc failed'
