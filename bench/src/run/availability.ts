import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { environment } from './child.js'

/** Why a command cannot take part, or `null`. */
export function commandMissing(command: string, ...probe: string[]): string | null {
  return spawnSync(command, probe, { stdio: 'ignore' }).error === undefined ? null : 'not installed'
}

/** Why a package cannot take part, or `null`. Tried in a process of its own: a native part may end it. */
export function packageMissing(name: string): string | null {
  try {
    createRequire(import.meta.url).resolve(name)
  } catch {
    return 'not installed'
  }
  const source = `import(${JSON.stringify(name)}).catch((error) => { console.error(error.message); process.exit(1) })`
  const { status, stderr } = spawnSync(process.execPath, ['-e', source], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    env: environment(),
  })
  return status === 0 ? null : `cannot be loaded: ${stderr.split('\n')[0]}`
}
