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
export function start(
  program: string,
  args: readonly string[] = [],
  cwd?: string,
  more: Readonly<Record<string, string>> = {},
): ChildProcess {
  const env = { ...process.env, ...(cwd !== undefined && { TMPDIR: cwd }), ...more }
  return spawn(process.execPath, [program, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

export async function run(
  program: string,
  args: readonly string[] = [],
  cwd?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const child = start(program, args, cwd, env)
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [stdout, stderr, code] = await Promise.all([buffer(child.stdout!), text(child.stderr!), closed])
  return { code, stdout, stderr }
}

/** Runs an example until it has said so, and then until it is stopped. @returns what ends it and resolves to all that it said */
export async function begun(
  t: ExecutionContext,
  name: string,
  args: readonly string[],
  says: string,
  env: Readonly<Record<string, string>> = {},
): Promise<() => Promise<string>> {
  const child = start(example(name), args, undefined, env)
  t.teardown(() => child.kill('SIGKILL'))
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (said += String(chunk)))
  const closed = new Promise((resolve) => child.once('close', resolve))
  while (!said.includes(says)) {
    if (child.exitCode !== null) throw new Error(`${name} ended: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return async () => {
    child.kill('SIGINT')
    await closed
    return said
  }
}

/** Gone when the test is over. */
export function folder(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'camio-examples-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}
