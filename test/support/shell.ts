/** Commands as the documentation shows them, in a folder outside of the repository. */
import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'

export interface Said {
  readonly code: number | null
  readonly output: string
}

/** Stops at the first command that fails. */
export async function shell(commands: string, cwd: string, env: NodeJS.ProcessEnv): Promise<Said> {
  const child = spawn('sh', ['-e', '-c', commands], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [stdout, stderr, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), closed])
  return { code, output: `${stdout}${stderr}` }
}
