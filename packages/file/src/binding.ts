/** The native part (native/*.cc), loaded when it is first needed. Linux only; elsewhere the node engine runs. */
import { fileURLToPath } from 'node:url'
import { CamioError, type Loaded, loadNative } from '@camio/core/spi'

/** What keeps a system call from blocking; native/transfer.h has the same numbers. */
export const How = { PLAIN: 0, NOWAIT: 1, SOCKET: 2, LOOK: 3 } as const
export type How = (typeof How)[keyof typeof How]

/** Events of `watchStart`, as libuv has them. */
export const Event = { READABLE: 1, WRITABLE: 2 } as const

/** native/move.h has the same numbers. */
export const MovePath = { copy_file_range: 0, sendfile: 1, splice: 2, tee: 3, 'read-write': 4 } as const
export type MovePath = keyof typeof MovePath

export const Verdict = { DONE: 0, DECLINED: 1, SAME_FILE: 2 } as const

export type MoveDone = (
  bytes: number,
  ended: boolean,
  verdict: number,
  errno: number,
  syscall: string,
  systemCalls: number,
  /** Whose error it is, -1 where that is not known. */
  sink: number,
  /** Taken and not delivered, see `MoveResult`. */
  undelivered: Uint8Array | null,
) => void

/** Positions are bytes from the start, -1 for the descriptor's own. Setting up throws system errors as node:fs does. */
export interface Binding {
  /** @returns bytes read, 0 at the end, `-errno` */
  read(fd: number, target: Uint8Array, offset: number, length: number, position: number, how: How): number
  /** Writes `[offset, offset + length)`, then `[0, second)`, in one call. @returns bytes written, `-errno` */
  write(
    fd: number,
    source: Uint8Array,
    offset: number,
    length: number,
    second: number,
    position: number,
    how: How,
  ): number
  duplicate(fd: number): number
  /** Locks the open file for itself, without waiting: flock(2). @returns 0, `-errno` */
  lock(fd: number): number
  /** Has the last writer of this pipe left? */
  hungUp(fd: number): boolean

  /** `ready(events)` follows each `watchStart` at most once. @throws EPERM for what never blocks */
  watchOpen(fd: number, ready: (events: number) => void): number
  /** @param events 0 to stop */
  watchStart(watch: number, events: number): void
  watchKeepAlive(watch: number, yes: boolean): void
  watchClose(watch: number): void

  moveStart(
    path: number,
    fd: number,
    offset: number,
    length: number,
    sinks: Int32Array,
    offsets: readonly number[],
    done: MoveDone,
  ): number
  /** Bytes moved so far. */
  moveProgress(move: number): number
  /** Takes no more from the source; `done` follows when all that was taken is delivered, or at once with `abandon`. */
  moveStop(move: number, abandon: boolean): void

  readonly pageSize: number
  mapOpen(fd: number, offset: number, length: number): { readonly id: number; readonly buffer: ArrayBuffer }
  /** Was a page touched that the file has lost? */
  mapTruncated(mapping: number): boolean
  /** Views of the buffer read zeros from now on. */
  mapClose(mapping: number): void
}

let loaded: Loaded<Binding> | undefined

export function loadBinding(): Loaded<Binding> {
  loaded ??= loadNative(() => {
    const require = process.getBuiltinModule('node:module').createRequire(import.meta.url)
    const build = require('node-gyp-build') as (folder: string) => Binding
    return build(fileURLToPath(new URL('..', import.meta.url)))
  }, '@camio/file')
  return loaded
}

export type EngineChoice = 'auto' | 'native' | 'node'

/** The native part, or `null` for the node engine. @throws `ERR_CAMIO_UNAVAILABLE` where `engine=native` cannot be had */
export function chooseEngine(choice: EngineChoice, uri: string): Binding | null {
  if (choice === 'node') return null
  const { binding, reason } = loadBinding()
  if (binding === null && choice === 'native') {
    throw new CamioError('ERR_CAMIO_UNAVAILABLE', `option "engine" in ${uri}: ${reason}`, { uri })
  }
  return binding
}
