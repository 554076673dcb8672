/** What was done, for `--json` and for whoever interrupted it. */
import type { PipeResult } from '@camio/core'
import { formatBytes } from '../units.js'

export interface Failure {
  readonly code: string
  readonly message: string
}

/** One input's part. */
export interface Part {
  readonly uri: string
  readonly bytes: number
  /** How it went; `null` if nothing was tried. */
  readonly path: string | null
  readonly copies: number
  readonly systemCalls: number
  readonly error?: Failure
}

export interface Summary {
  readonly ok: boolean
  readonly bytes: number
  readonly seconds: number
  /** A system call's name, `hand-over`, `read-into`, `copy`; several joined by `+`; `null` if nothing was moved. */
  readonly path: string | null
  /** User-space copies of payload. */
  readonly copies: number
  readonly systemCalls: number
  readonly inputs: readonly Part[]
  readonly outputs: readonly string[]
  /** What befell an output. */
  readonly error?: Failure
  readonly signal?: string
}

export function part(uri: string, result: Pick<PipeResult, 'bytes' | 'path' | 'copies' | 'systemCalls'>): Part {
  const { bytes, path, copies, systemCalls } = result
  return { uri, bytes, path, copies, systemCalls }
}

/** Nothing was moved from this input. */
export function nothing(uri: string): Part {
  return { uri, bytes: 0, path: null, copies: 0, systemCalls: 0 }
}

export function failure(error: unknown): Failure {
  const { code, message } = error as { code?: string; message: string }
  return { code: code ?? 'ERR_CAMIO_USAGE', message }
}

/** Adds the parts up. */
export function totals(parts: readonly Part[]): Pick<Summary, 'bytes' | 'path' | 'copies' | 'systemCalls'> {
  const sum = (of: (part: Part) => number) => parts.reduce((total, one) => total + of(one), 0)
  const paths = new Set(parts.map(({ path }) => path).filter((path) => path !== null))
  return {
    bytes: sum(({ bytes }) => bytes),
    path: paths.size === 0 ? null : [...paths].join('+'),
    copies: sum(({ copies }) => copies),
    systemCalls: sum(({ systemCalls }) => systemCalls),
  }
}

/** `512 MiB in 3.2 s by copy_file_range` */
export function sentence({ bytes, seconds, path }: Summary): string {
  return `${formatBytes(bytes)} in ${seconds.toFixed(1)} s${path === null ? '' : ` by ${path}`}`
}
