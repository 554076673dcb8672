/** Programs that tests run in a process of their own. */
import { type ExecFileOptions, execFile } from 'node:child_process'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const CORE = import.meta.resolve('@camio/core')
const TCP = import.meta.resolve('@camio/tcp')

/** Runs `program` (an ES module that finds `open`, `listen` and `select`); `prefix` is shell text before it. */
export function run(program: string, options: ExecFileOptions & { prefix?: string } = {}): Promise<Outcome> {
  const text = `import { listen, open, select } from '${CORE}'; import '${TCP}'; ${program}`
  const node = `exec '${process.execPath}' --input-type=module -e "$PROGRAM"`
  const { prefix = ':', ...rest } = options
  const env = { ...process.env, ...rest.env, PROGRAM: text }
  return new Promise((resolve) => {
    execFile('sh', ['-c', `${prefix}; ${node}`], { timeout: 60_000, ...rest, env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout: String(stdout), stderr: String(stderr) })
    })
  })
}
