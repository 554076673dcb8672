/** The system's error numbers by name. Looked up when an error is there: loading `node:os` costs a command its start. */
import type { constants } from 'node:os'

let known: typeof constants.errno | undefined

export function errno(): typeof constants.errno {
  known ??= process.getBuiltinModule('node:os').constants.errno
  return known
}
