/** Running a program as its user would, and a folder to do it in. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'

export interface Outcome {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** The path of a compiled example. */
export const example = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url))

/** Its temporary files go where it works. */
export function start(program: string, args: readonly string[] = [], cwd?: string): ChildProcess {
  const env = cwd === undefined ? process.env : { ...process.env, TMPDIR: cwd }
  return spawn(process.execPath, [program, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

export async function run(program: string, args: readonly string[] = [], cwd?: string): Promise<Outcome> {
  const child = start(program, args, cwd)
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [stdout, stderr, code] = await Promise.all([buffer(child.stdout!), text(child.stderr!), closed])
  return { code, stdout, stderr }
}

/** Gone when the test is over. */
export function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'camio-examples-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}
