/** The superuser may do everything: what shall be refused is tried as nobody, where nobody can read this checkout. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = process.getuid?.() === 0

/** Runs the command without privileges. */
export const nobody = root ? { uid: 65534 } : {}
export const nobodyCanRun = !root || spawnSync('test', ['-r', fileURLToPath(import.meta.url)], nobody).status === 0
