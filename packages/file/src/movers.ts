/** The native paths: which descriptors each is for, and how it runs in its thread (native/move*.cc). */
import {
  CamioError,
  type KernelEnd,
  type KernelKind,
  type MoveOptions,
  type MoveResult,
  type Mover,
  systemError,
} from '@camio/core/spi'
import { type Binding, loadBinding, type MoveDone, MovePath, Verdict } from './binding.js'
import { errno } from './errno.js'

/** How often progress is told. */
const PROGRESS_MS = 100

type Match = (source: KernelKind, sinks: readonly KernelKind[]) => number | null

/** Lower is cheaper. No mover reads terminals: what is typed comes in its own time. */
const MATCHES: Record<MovePath, Match> = {
  copy_file_range: ({ kind }, sinks) => (kind === 'file' && only(sinks, 'file') ? 1 : null),
  sendfile: ({ kind }, sinks) => (kind === 'file' && only(sinks, 'socket', 'char') ? 2 : null),
  splice: ({ kind }, sinks) => {
    if (kind === 'char' || sinks.length !== 1) return null
    if (kind !== 'pipe' && toDevice(sinks)) return null
    if (kind === 'file' && only(sinks, 'file')) return null
    return kind === 'pipe' || only(sinks, 'pipe') ? 1 : 3
  },
  // From a pipe where splice finds that this is cheaper, between files where no file system does copy_file_range.
  'read-write': ({ kind }, sinks) => ((kind === 'pipe' || kind === 'file') && only(sinks, 'file') ? 2 : null),
  tee: ({ kind }, sinks) => (kind !== 'char' && sinks.length > 1 && !toDevice(sinks) ? 4 : null),
}

/** Not every device takes pages, and what a pipe of our own has taken by then could not be given back. */
function toDevice(sinks: readonly KernelKind[]): boolean {
  return sinks.some(({ kind }) => kind === 'char')
}

function only(sinks: readonly KernelKind[], ...kinds: ReadonlyArray<KernelKind['kind']>): boolean {
  return sinks.length === 1 && kinds.includes(sinks[0]!.kind)
}

/** A call a piece, or one to take it and one to give it. */
const CALLS: Record<MovePath, number> = { copy_file_range: 1, sendfile: 1, splice: 2, tee: 2, 'read-write': 2 }

/** The native part is looked for when a pipe first asks: importing this package stays cheap and never fails. */
export const movers: readonly Mover[] = (Object.keys(MATCHES) as MovePath[]).map((name) => ({
  name,
  systemCalls: CALLS[name],
  match: (source, sinks) => (loadBinding().binding === null ? null : MATCHES[name](source, sinks)),
  run: (source, sinks, options) => run(loadBinding().binding!, name, source, sinks, options),
}))

function run(
  binding: Binding,
  name: MovePath,
  source: KernelEnd,
  sinks: readonly KernelEnd[],
  { signal, recalled, onProgress }: MoveOptions,
): Promise<MoveResult> {
  if (signal.aborted) return Promise.resolve({ bytes: 0, ended: false, systemCalls: 0 })
  return new Promise((resolve) => {
    const fds = Int32Array.from(sinks, (sink) => sink.fd)
    const offsets = sinks.map((sink) => sink.offset ?? -1)
    const id = start(MovePath[name], source, fds, offsets)
    if (typeof id !== 'number') return resolve({ bytes: 0, ended: false, error: id, systemCalls: 0 })
    const stop = () => binding.moveStop(id, false)
    const abandon = () => binding.moveStop(id, true)
    signal.addEventListener('abort', stop)
    recalled.addEventListener('abort', abandon)
    const timer = onProgress && setInterval(() => onProgress(binding.moveProgress(id)), PROGRESS_MS)

    function start(path: number, { fd, offset, length }: KernelEnd, to: Int32Array, at: number[]): number | Error {
      try {
        return binding.moveStart(path, fd, offset ?? -1, length ?? -1, to, at, done)
      } catch (error) {
        return error as Error
      }
    }

    function done(...outcome: Parameters<MoveDone>) {
      const [bytes, ended, verdict, number, syscall, systemCalls, sink, undelivered] = outcome
      signal.removeEventListener('abort', stop)
      recalled.removeEventListener('abort', abandon)
      clearInterval(timer)
      if (bytes > 0) onProgress?.(bytes)
      const error = failure(name, verdict, number, syscall)
      const blame = sink >= 0 ? sink : blamed(number, source, sinks)
      resolve({
        bytes,
        ended,
        systemCalls,
        ...(error !== undefined && { error, blame }),
        ...(undelivered !== null && { undelivered }),
      })
    }
  })
}

function failure(name: string, verdict: number, number: number, syscall: string): Error | undefined {
  if (verdict === Verdict.DECLINED) {
    return new CamioError('ERR_CAMIO_UNSUPPORTED', `${name} is not for these descriptors`, { syscall: name })
  }
  if (verdict === Verdict.SAME_FILE) return new CamioError('ERR_CAMIO_MISUSE', 'input file is output file')
  return number === 0 ? undefined : systemError(number, syscall)
}

/** One call reads and writes: what its error is about follows from what it is. @returns the sink's index, -1 for the source */
function blamed(number: number, source: KernelEnd, sinks: readonly KernelEnd[]): number {
  if (number === 0) return -1
  const { ENOSPC, EDQUOT, EFBIG, EPIPE, ECONNRESET } = errno()
  if ([ENOSPC, EDQUOT, EFBIG, EPIPE].includes(number)) return 0
  return number === ECONNRESET && source.kind !== 'socket' && sinks[0]!.kind === 'socket' ? 0 : -1
}
