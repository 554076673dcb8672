/** What contestants are made of: commands of this package's programs, of its C limits, and of packages that may be missing. */
import { packageMissing } from '../../run/availability.js'
import { limit } from '../../run/limits.js'
import { contestant } from '../../run/places.js'
import { packageOf } from '../../schemes.js'

/** A command and its arguments; or why there is none. */
export type Program = readonly string[] | { readonly absent: string }

export const node = (name: string, ...args: readonly string[]): Program => [process.execPath, contestant(name), ...args]

export function c(name: string, ...args: readonly string[]): Program {
  const built = limit(name)
  return 'absent' in built ? built : [built.path, ...args]
}

const missing = new Map<string, string | null>()

/** Asked once a package: the answer takes a process. */
function isMissing(name: string): string | null {
  let reason = missing.get(name)
  if (reason === undefined) missing.set(name, (reason = packageMissing(name)))
  return reason
}

function withPackage(name: string, program: () => Program): Program {
  const reason = isMissing(name)
  return reason === null ? program() : { absent: `${name} ${reason}` }
}

/** A program against the stream contract, as the end that serves at `uri`, or that connects to where it is told. */
export const ours = (uri: string, name: string, ...args: readonly string[]): Program =>
  withPackage(packageOf(uri), () => node(`ours/${name}`, '--uri', uri, ...args))

export const zeromq = (name: string, ...args: readonly string[]): Program =>
  withPackage('zeromq', () => node(`zeromq/${name}`, ...args))
