import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { pinned } from '../../run/cpus.js'
import { number } from '../common/arguments.js'

/** Starts the other end on the core `--other`, with a channel that carries typed arrays as they are. */
export function start(name: string): ChildProcess {
  const [execPath, ...execArgv] = pinned([process.execPath], number('other', 0))
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), process.argv.slice(2), {
    serialization: 'advanced',
    execPath: execPath!,
    execArgv,
  })
  process.once('exit', () => child.kill('SIGKILL'))
  return child
}
