/** Running the real command, and places for its files. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'

export const CAMIO = fileURLToPath(new URL('../bin/camio.cjs', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
}

export interface Given {
  readonly input?: Buffer | string
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly uid?: number
}

export function start(args: readonly string[], { cwd, env, uid }: Given = {}): ChildProcess {
  const { NODE_OPTIONS, CAMIO_PLUGINS, ...clean } = process.env
  return spawn(process.execPath, [CAMIO, ...args], { cwd, uid, env: { ...clean, ...env } })
}

export async function finish(child: ChildProcess): Promise<Outcome> {
  const closed = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve([code, signal]))
  })
  const [stdout, stderr, [code, signal]] = await Promise.all([buffer(child.stdout!), buffer(child.stderr!), closed])
  return { code, signal, stdout, stderr: stderr.toString() }
}

export function camio(args: readonly string[], given: Given = {}): Promise<Outcome> {
  const child = start(args, given)
  child.stdin!.on('error', () => {}).end(given.input ?? '')
  return finish(child)
}

/** Runs a line of shell in which `camio` is the command. */
export function shell(line: string, cwd: string): Promise<Outcome> {
  const child = spawn('bash', ['-c', `camio() { "${process.execPath}" "${CAMIO}" "$@"; }\n${line}`], { cwd })
  child.stdin.end()
  return finish(child)
}

/** A folder of the test's own, with the files given; gone when the test is over. */
export function folder(t: ExecutionContext, files: Readonly<Record<string, Buffer | string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'camio-cli-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}

/** Bytes of every value, zero and line ends among them. */
export const binary = (length: number): Buffer => randomBytes(length)

/** The first piece of a stream's output that makes all of it so far match. */
export function until(stream: NodeJS.ReadableStream, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let seen = ''
    stream.on('data', (chunk: Buffer) => {
      seen += chunk.toString('latin1')
      if (wanted.test(seen)) resolve(seen)
    })
    stream.on('end', () => reject(new Error(`ended without ${wanted}: ${seen}`)))
  })
}
