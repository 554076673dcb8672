/** Where a log really is: it is replaced when it is rewritten, and a link to it must not be. */
import { lstatSync, realpathSync } from 'node:fs'

/** @param address of a `file:` URI: `a`, `/a`, `///a` or `//localhost/a` */
export function realPath(address: string): string {
  const path = address.replace(/^\/\/(localhost)?(?=\/)/, '')
  try {
    return lstatSync(path).isSymbolicLink() ? realpathSync(path) : path
  } catch {
    // There is none yet, or it cannot be reached: whoever opens it says so.
    return path
  }
}
