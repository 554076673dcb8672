/** A driver with one rule broken, and the cases that must notice. */
import type { Driver, Stream } from '@camio/core/spi'

export interface Mutant {
  /** What is broken; also its scheme: `mutant-<name>`. */
  readonly name: string
  readonly base: 'mem' | 'duct' | 'lossy'
  /** Parts of the titles of the cases that must fail. */
  readonly caughtBy: readonly string[]
  breakStream(stream: Stream): void
  breakDriver?(driver: Driver): Driver
}

export type Lease = Uint8Array | null
