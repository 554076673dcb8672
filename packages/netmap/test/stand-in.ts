/** Builds the stand-in for the kernel module (stand-in/*.c) and runs programs over it. Linux with a C compiler only. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCES = fileURLToPath(new URL('../test/stand-in', import.meta.url))

/** Why it cannot be had, or `null`. */
export const missing: string | null = (() => {
  if (process.platform !== 'linux') return 'needs Linux'
  return spawnSync('cc', ['--version']).status === 0 ? null : 'needs a C compiler (cc)'
})()

export interface StandIn {
  /** The variables that a program needs to see it. */
  readonly env: Readonly<Record<string, string>>
  /** Where it keeps its memory; what programs did wrong with buffers is in the file `violations`. */
  readonly folder: string
  remove(): void
}

export function standIn(): StandIn {
  const folder = mkdtempSync(join(tmpdir(), 'camio-netmap-'))
  const library = join(folder, 'stand-in.so')
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.c'))
  const flags = ['-std=gnu17', '-O2', '-Wall', '-Wextra', '-Werror', '-shared', '-fPIC']
  execFileSync('cc', [...flags, '-o', library, ...sources, '-ldl', '-lpthread'], { cwd: SOURCES })
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  return { env: { LD_PRELOAD: library, CAMIO_NETMAP_STAND_IN: folder }, folder, remove }
}
