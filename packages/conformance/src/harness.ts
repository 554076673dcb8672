/** What whoever tests a driver tells the suite about it; see the README. */
import type { Features } from '@camio/core'
import type { Driver } from '@camio/core/spi'

type Awaitable<T> = T | Promise<T>

/** Plain data, what JSON can hold: it travels to workers and children. */
export type PlainOptions = Readonly<Record<string, unknown>>

export interface Harness {
  /** Which driver of the shared registry is tested. */
  readonly scheme: string
  /** URL of the module whose import registers it. */
  readonly module: string
  /** Distinguishes several runs of one scheme in the titles. */
  readonly label?: string
  /** Given to every `open` and `listen`. */
  readonly options?: PlainOptions
  /** For schemes that can listen. */
  readonly pair?: PairHarness
  /** For schemes that cannot: what one stream writes, a later one reads. */
  readonly store?: StoreHarness
  /** For schemes that speak by themselves (a timer, a recording): nobody can write what a case wants to read. */
  readonly source?: SourceHarness
  /**
   * How often the cases about leaks open and close; 200 if not said. One descriptor shows in one round, memory only in many: say less where
   * closing is slow, or where the same transport goes through all of them in another run.
   */
  readonly rounds?: number
  /** Milliseconds after which a case counts as hanging. */
  readonly timeout?: number
}

export interface PairHarness {
  /** A fresh URI to listen on; what the listener then has as its bound URI must open. */
  address(): Awaitable<string>
  /** Pairs that can be open at a time, where that is few; 5 at least. */
  readonly atOnce?: number
  /** A URI where nobody listens; default: a fresh address, listened on and closed again. */
  nobody?(): Awaitable<string>
  readonly listenOptions?: PlainOptions
  readonly openOptions?: PlainOptions
}

export interface StoreHarness {
  /** A fresh URI at which nothing is. */
  place(): Awaitable<string>
  /** Makes `bytes` be there, by other means than the driver. */
  put(uri: string, bytes: Uint8Array): Awaitable<void>
  /** What is there now, by other means than the driver. */
  get?(uri: string): Awaitable<Uint8Array>
}

export interface SourceHarness {
  /** What to open: it goes on speaking, ten times a second at least, for as long as a case takes. */
  uri(): string
}

/** What is tested: the harness and what the driver says of itself. All skips follow from this. */
export interface Subject {
  readonly harness: Harness
  readonly driver: Driver
  /** The driver's, with the view that the harness's options declare. */
  readonly features: Features
}
