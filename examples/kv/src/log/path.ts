/** Where a log really is: it is replaced when it is rewritten, and a link to it must not be. */
import { realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** @param address of a `file:` URI: `a`, `/a`, `///a` or `//localhost/a` */
export function realPath(address: string): string {
  const path = address.replace(/^\/\/(localhost)?(?=\/)/, '')
  try {
    return realpathSync(path)
  } catch {
    // A new one, or a folder that is not there: whoever opens it says so.
    return realFolder(path)
  }
}

function realFolder(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path))
  } catch {
    return path
  }
}
