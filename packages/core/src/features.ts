/** What a stream can do. Frozen when the stream opens; it drives the planner, the docs and conformance's skips. */
export interface Features {
  readonly readable: boolean
  readonly writable: boolean
  /** `messages` keeps boundaries; `bytes` does not. */
  readonly framing: 'bytes' | 'messages'
  /** Everything that was committed arrives, or an error says that it did not. */
  readonly reliable: boolean
  readonly ordered: boolean
  readonly encrypted: boolean
  /** How far the other end may be. */
  readonly scope: 'process' | 'host' | 'link' | 'global'
  /** The largest message in bytes; `Infinity` where there are none or no limit. */
  readonly mtu: number
  /** `one`: each message reaches one reader; `each`: every reader sees all. */
  readonly delivery: 'one' | 'each'
  /** The source may overwrite a lease while it is held; `release()` then answers `false`. */
  readonly overrun: boolean
  /** `position` and `seek()` work. */
  readonly seekable: boolean
  /** `listen` gives more than one stream. */
  readonly acceptsMany: boolean
  /** `open` succeeds without anybody at the other end. */
  readonly connectionless: boolean
  /** Which implementation runs: `js`, `native`, `node`. */
  readonly engine: string
  /** User-space copies that the transport itself makes per message (or per lease on byte streams). */
  readonly copies: { readonly read: number; readonly write: number }
}

/** The commonest case: a reliable, ordered byte stream that neither copies nor encrypts. */
const BASE: Features = {
  readable: true,
  writable: true,
  framing: 'bytes',
  reliable: true,
  ordered: true,
  encrypted: false,
  scope: 'host',
  mtu: Infinity,
  delivery: 'one',
  overrun: false,
  seekable: false,
  acceptsMany: false,
  connectionless: false,
  engine: 'js',
  copies: { read: 0, write: 0 },
}

/** Completes and freezes a feature list; what is left out is a plain reliable byte stream's value. */
export function features(differences: Partial<Features>): Features {
  const copies = Object.freeze({ ...BASE.copies, ...differences.copies })
  return Object.freeze({ ...BASE, ...differences, copies })
}
