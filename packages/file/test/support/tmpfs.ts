/** A small file system that can be full: needs root and mount(8). */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'

const mounted: string[] = []
test.after.always(() => {
  for (const folder of mounted) {
    spawnSync('umount', [folder])
    rmdirSync(folder)
  }
})

/** `null` where this user may not mount. */
export function smallTmpfs(size: string): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null
  const folder = mkdtempSync(join(tmpdir(), 'camio-tmpfs-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder])
  if (status !== 0) {
    rmdirSync(folder)
    return null
  }
  mounted.push(folder)
  return folder
}
