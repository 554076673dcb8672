/** What a transport registers: a driver a scheme. Docs: docs/writing-a-scheme.md. */
import type { Features } from './features.js'
import type { Forecast } from './forecast.js'
import type { Listener } from './listener.js'
import type { Mode } from './options.js'
import type { Stream, StreamInit } from './stream.js'
import type { OptionSchema, OptionValues } from './uri/schema.js'

/**
 * The version of this interface; a driver made for another one is refused with a clear error. Drivers state the number that they were
 * written for, as a literal: this one is that of the core which happens to be installed.
 */
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
  /** The token of the {@link Advert} that the listener must have: any other one is refused (`ERR_CAMIO_REFUSED`). */
  readonly expect?: string | undefined
  /** Completes what the stream's constructor wants; for a listener's streams call it once for each. */
  init(uri: string, features: Features): StreamInit
}

/** What the listeners of one `listen([...])` have in common, and nobody else has. Core gives it to each: `Listener.advert`. */
export interface Advert {
  /** Random. */
  readonly token: string
  /** All of them as bound. */
  readonly uris: readonly string[]
}

/** Who listens at an address of this host. */
export interface LocalServer {
  /** Told by the listener. */
  readonly advert: Advert
  /** The process that holds the listener. Told by the kernel (SO_PEERCRED of unix(7)), never by the listener. */
  readonly pid: number
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
  /** What `open` would give, without opening anything; may look (stat(2)), must neither block nor throw. */
  forecast?(target: Target<S>): Forecast
  /**
   * Schemes whose streams stay on this host: who listens at `target`? Opens no stream, and the program there notices nothing.
   * `null`: nobody, or somebody without an advert. See docs/decisions/0030-same-server.md.
   */
  identify?(target: Target<S>): Promise<LocalServer | null> | LocalServer | null
  /**
   * Schemes that reach other hosts: would `open` reach a listener that the process `server.pid` of this host holds, and that
   * `server.advert` names? Proven by the kernel's own tables. No connection is made. When in doubt, `false`.
   */
  reaches?(target: Target<S>, server: LocalServer): Promise<boolean> | boolean
}

/** Checks the types of a driver literal; returns it unchanged. */
export function defineDriver<const S extends OptionSchema>(driver: Driver<S>): Driver<S> {
  return driver
}
