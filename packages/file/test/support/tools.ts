/** Programs that some tests need and that a machine may lack: such a test is skipped by name. */
import { spawnSync } from 'node:child_process'
import test from 'ava'

export function has(command: string, ...args: string[]): boolean {
  return spawnSync(command, args.length > 0 ? args : ['--version'], { stdio: 'ignore' }).status === 0
}

export const linux = process.platform === 'linux'

/** `test.serial`, or a skip whose title says what is missing. */
export function needing(
  condition: boolean,
  what: string,
): (title: string, fn: (t: import('ava').ExecutionContext) => Promise<void>) => void {
  return (title, fn) => (condition ? test.serial(title, fn) : test.skip(`${title} (needs ${what})`, fn))
}

/** For what the native engine does. */
export const native = needing(linux, 'Linux')

export function makeFifo(path: string): void {
  const { status, stderr } = spawnSync('mkfifo', [path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mkfifo: ${stderr}`)
}
