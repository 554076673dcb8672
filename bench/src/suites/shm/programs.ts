/** Who takes part in the cases of `shm:`. */

import type { Role } from '../../types.js'
import type { Alone, Ends } from '../parts/entries.js'
import { c, node, ours, zeromq } from '../parts/programs.js'

/** A name of this run's own. */
const NAME = `shm:camio-bench-${process.pid}`

/** Looks for longer than a busy other end ever takes, then sleeps. */
const SPIN = 'wait=spin:1ms'

/** Both ends of ours; they spin before they sleep, as the limit does without end, unless they are to `park`. */
export function oursEnds(
  name: string,
  role: Role,
  [listener, connector]: readonly [string, string],
  { park = false, capacity, args = [] }: OursOptions = {},
): Ends {
  const query = [...(park ? [] : [SPIN]), ...(capacity === undefined ? [] : [`capacity=${capacity}`])].join('&')
  return {
    name,
    role,
    listener: ours(query === '' ? NAME : `${NAME}?${query}`, listener, ...args),
    connector: ours(NAME, connector, '--query', query, ...args),
  }
}

interface OursOptions {
  readonly park?: boolean
  /** Bytes of a ring. */
  readonly capacity?: number
  readonly args?: readonly string[]
}

export function limitEnds(
  program: string,
  [listener, connector]: readonly [string, string],
  ...args: readonly string[]
): Ends {
  return {
    name: 'limit',
    role: 'limit',
    listener: c(program, listener, ...args),
    connector: c(program, connector, ...args),
  }
}

/** What Node has: sockets, and channels to a worker and to a child. */
export const NET = 'net, unix socket'
export const WORKER = 'MessagePort'
export const CHILD = 'child process IPC'
export const ZEROMQ = 'zeromq ipc'

export const netEnds = ([listener, connector]: readonly [string, string], ...args: readonly string[]): Ends => ({
  name: NET,
  role: 'peer',
  listener: node(`net/${listener}`, '--unix', ...args),
  connector: node(`net/${connector}`, ...args),
})

export const zeromqEnds = ([listener, connector]: readonly [string, string], ...args: readonly string[]): Ends => ({
  name: ZEROMQ,
  role: 'peer',
  listener: zeromq(listener, '--ipc', ...args),
  connector: zeromq(connector, ...args),
})

export const workerAlone = (program: string, ...args: readonly string[]): Alone => ({
  name: WORKER,
  role: 'peer',
  program: node(`message-port/${program}`, ...args),
})

export const childAlone = (program: string, ...args: readonly string[]): Alone => ({
  name: CHILD,
  role: 'peer',
  program: node(`child-process/${program}`, ...args),
})
