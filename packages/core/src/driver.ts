/** What a transport registers: a driver a scheme. Docs: docs/writing-a-scheme.md. */
import type { Features } from './features.js'
import type { Listener } from './listener.js'
import type { Mode } from './options.js'
import type { Stream, StreamInit } from './stream.js'
import type { OptionSchema, OptionValues } from './uri/schema.js'

/** The version of this interface; a driver made for another one is refused with a clear error. */
export const DRIVER_ABI = 1

export interface Availability {
  readonly ok: boolean
  /** Why not, and what to do; or, when ok, what runs only in part. */
  readonly reason?: string
  /** What would run here: `native`, `node`, `js`. */
  readonly engine?: string
}

/** What a driver is asked to open: parsed and range-checked. */
export interface Target<S extends OptionSchema = OptionSchema> {
  /** As the program gave it. */
  readonly uri: string
  readonly scheme: string
  /** What stands between the scheme and the options, percent-decoded. */
  readonly address: string
  readonly mode: Mode
  readonly options: OptionValues<S>
  readonly signal: AbortSignal | undefined
  /** Completes what the stream's constructor wants; for a listener's streams call it once for each. */
  init(uri: string, features: Features): StreamInit
}

export interface Driver<S extends OptionSchema = OptionSchema> {
  readonly abi: typeof DRIVER_ABI
  readonly scheme: string
  /** Who made it: the package's name. A second driver of the same scheme and id counts as the same driver. */
  readonly id: string
  /** One line for `camio schemes`. */
  readonly help: string
  /** The address's form for `camio schemes`: `//host:port`. */
  readonly addressForm: string
  readonly options: S
  /** What may be asked for; the first is the default. */
  readonly modes: readonly [Mode, ...Mode[]]
  /** What streams of this scheme are, as far as it is known before one is opened. */
  readonly features: Features
  /** Can it work here? Cheap, and without a side effect. */
  available(): Availability
  /** Binds or connects. Rejects with a CamioError; leaves nothing behind when it fails or `target.signal` aborts. */
  open(target: Target<S>): Promise<Stream> | Stream
  listen?(target: Target<S>): Promise<Listener> | Listener
}

/** Checks the types of a driver literal; returns it unchanged. */
export function defineDriver<const S extends OptionSchema>(driver: Driver<S>): Driver<S> {
  return driver
}
