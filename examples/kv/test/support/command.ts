/** Running `camio-kv` as its user would. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { buffer, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export const PROGRAM = fileURLToPath(new URL('../../bin/camio-kv.mjs', import.meta.url))

export interface Outcome {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, ...env } })
}

/** @param input what it finds on standard input */
export async function camioKv(
  args: readonly string[],
  input: string | Uint8Array = '',
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const child = start(args, env)
  child.stdin!.end(input)
  const [stdout, stderr, [code]] = await Promise.all([
    buffer(child.stdout!),
    text(child.stderr!),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}
