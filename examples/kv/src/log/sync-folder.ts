import { closeSync, fsyncSync, openSync } from 'node:fs'

/** A new name is durable when its folder is (fsync(2)). */
export function syncFolder(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
