/** A case: what it needs of a driver, and what it does. */
import type { Mode } from '@camio/core'
import { type Driver, INNER_LAYERS, OUTER_LAYERS } from '@camio/core/spi'
import type { Harness, Subject } from './harness.js'
import type { Rig } from './rig.js'

export interface Need {
  /** Completes "needs ...". */
  readonly what: string
  holds(subject: Subject): boolean
}

export interface Case {
  readonly title: string
  readonly needs: readonly Need[]
  run(rig: Rig): Promise<void> | void
}

/** The cases about one rule; their titles begin with its name. */
export function area(name: string, cases: readonly Case[]): readonly Case[] {
  return cases.map((c) => ({ ...c, title: `${name}: ${c.title}` }))
}

/** Two connected streams; what one end writes the other reads, all of it and in order, and then the end. */
export const PAIR: Need = {
  what: 'a scheme that listens, reliable and ordered',
  holds: ({ harness, features }) => harness.pair !== undefined && features.reliable && features.ordered,
}
/**
 * Two streams that hear each other, lossy ones too: such a case has few and small messages under way, which no transport loses on a
 * host that has nothing else to do, and waits for no end.
 */
export const LINK: Need = { what: 'a scheme that listens', holds: ({ harness }) => harness.pair !== undefined }
/** The other way: what is under way may be lost, and writing does not wait for the reader. */
export const LOSSY: Need = {
  what: 'a scheme that listens and may lose messages',
  holds: ({ harness, features }) => harness.pair !== undefined && !features.reliable && features.framing === 'messages',
}
export const CONNECTIONLESS: Need = {
  what: 'a connectionless scheme',
  holds: ({ features }) => features.connectionless,
}
/** Something written first and read later. */
export const STORE: Need = { what: 'a scheme that stores', holds: ({ harness }) => harness.store !== undefined }
/** Something that says what it says, and nobody writes. */
export const SOURCE: Need = {
  what: 'a scheme that speaks by itself',
  holds: ({ harness }) => harness.source !== undefined,
}

/** What a case reads somebody has written. */
export const FED: Need = { what: 'a scheme that can be fed', holds: ({ harness }) => harness.source === undefined }

/** What was written can be read to its end. */
export const READS: Need = {
  what: 'a readable stream with an end',
  holds: (subject) => readable(subject) && (STORE.holds(subject) || PAIR.holds(subject)),
}
export const WRITES: Need = {
  what: 'a writable stream',
  holds: ({ features, driver }) => features.writable && driver.modes.some((mode) => mode.includes('w')),
}
export const MESSAGES: Need = { what: 'framing=messages', holds: ({ features }) => features.framing === 'messages' }
export const BYTES: Need = { what: 'framing=bytes', holds: ({ features }) => features.framing === 'bytes' }
/** The transport's own framing, whatever view is declared. */
export const OWN_MESSAGES: Need = {
  what: 'a message transport',
  holds: ({ driver }) => driver.features.framing === 'messages',
}
export const OWN_BYTES: Need = { what: 'a byte transport', holds: ({ driver }) => driver.features.framing === 'bytes' }
/** The lease guard makes copies of its own. */
export const UNGUARDED: Need = { what: 'no CAMIO_DEBUG', holds: () => !process.env.CAMIO_DEBUG }
/** What puts something around the transport's streams. */
const AROUND = ['framing', 'frame', ...INNER_LAYERS, ...OUTER_LAYERS]
/** Nothing between the program and the transport that makes copies of its own, or keeps what comes. */
export const PLAIN: Need = {
  what: 'no view, no layer and no CAMIO_DEBUG',
  holds: ({ harness: { options = {} } }) =>
    AROUND.every((name) => options[name] === undefined) && !process.env.CAMIO_DEBUG,
}
export const ACROSS_PROCESSES: Need = {
  what: 'a scope beyond the process',
  holds: ({ features }) => features.scope !== 'process',
}
/** Looks at its transport when a program polls, without a turn of the event loop (the node engine cannot). */
export const POLLS: Need = {
  what: 'an engine that polls',
  holds: ({ driver, harness }) => engine(driver, harness) !== 'node',
}

function engine(driver: Driver, harness: Harness): string {
  return String(harness.options?.engine ?? driver.available().engine ?? driver.features.engine)
}

function readable({ features, driver }: Subject): boolean {
  return features.readable && driver.modes.some((mode) => mode.includes('r'))
}

export function mode(wanted: Mode): Need {
  return { what: `mode=${wanted}`, holds: ({ driver }) => driver.modes.includes(wanted) }
}
