import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { CACHE, LIMITS } from './places.js'

const COMPILER = process.env.CC ?? 'cc'
const FLAGS = ['-O2', '-Wall', '-Wextra', '-pthread']

export type Built = { readonly path: string } | { readonly absent: string }

const built = new Map<string, Built>()

/** Compiles limits/<name>.c once per content; later runs take it from the cache. */
export function limit(name: string): Built {
  let result = built.get(name)
  if (result === undefined) built.set(name, (result = build(name)))
  return result
}

/** A program that the harness cannot do without. */
export function needed(name: string): string {
  const program = limit(name)
  if ('absent' in program) throw new Error(`limits/${name}.c: ${program.absent}`)
  return program.path
}

function build(name: string): Built {
  const source = `${LIMITS}${name}.c`
  const version = spawnSync(COMPILER, ['--version'], { encoding: 'utf8' })
  if (version.status !== 0) return { absent: `no C compiler (${COMPILER})` }
  const path = `${CACHE}${name}-${fingerprint(source, version.stdout)}`
  if (existsSync(path)) return { path }
  mkdirSync(CACHE, { recursive: true })
  const unfinished = `${path}.${process.pid}`
  const compiled = spawnSync(COMPILER, [...FLAGS, '-o', unfinished, source], { encoding: 'utf8' })
  if (compiled.status !== 0) return { absent: `does not compile here: ${firstLine(compiled.stderr)}` }
  renameSync(unfinished, path)
  return { path }
}

function fingerprint(source: string, compiler: string): string {
  const hash = createHash('sha256')
  for (const part of [compiler, FLAGS.join(' '), readFileSync(source), readFileSync(`${LIMITS}common.h`)])
    hash.update(part)
  return hash.digest('hex').slice(0, 16)
}

const firstLine = (text: string | null): string =>
  (text ?? '').split('\n').find((line) => line.includes('error')) ?? 'cc failed'
