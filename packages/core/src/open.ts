/**
 * `open` and `listen`: from a URI to a stream, bound at run time. Lists of candidates and needs are the planner's, which is loaded
 * when it is first needed: plan/.
 */
import { listenerOpened, streamOpened } from './diagnostics.js'
import { dress } from './dress.js'
import { CamioError, fromSystemError } from './error.js'
import type { Features } from './features.js'
import { type PreparedLayers, prepareLayers } from './layers/layering.js'
import type { Listener } from './listener.js'
import { closeAll, MultiListener } from './multi-listener.js'
import type { CoreOptionInput } from './options.js'
import { viewed } from './plan/as-opened.js'
import { shareOptions } from './plan/share.js'
import type { Needs } from './plan/wishes.js'
import { registry as globalRegistry, type Registry } from './registry.js'
import { checkGiven, type GivenOptions, type Resolved, resolve, resolveListen } from './resolve.js'
import type { Stream } from './stream.js'

/**
 * Options by scheme, for type checking. Each transport adds its own:
 * `declare module '@camio/core' { interface SchemeOptions { tcp: OptionInput<typeof tcpOptions> } }`
 */
// biome-ignore lint/suspicious/noEmptyInterface: transports augment it
export interface SchemeOptions {}

type SchemeOf<U extends string> = U extends `${infer S}:${string}` ? S : never

export interface OpenControl {
  /** Aborts the opening; it has no effect on the stream once that is open. */
  readonly signal?: AbortSignal | undefined
  /** Where schemes are looked up; the shared registry by default. */
  readonly registry?: Registry | undefined
}

/** Of a list of candidates. */
export interface RaceControl {
  /**
   * How long a candidate is alone before the next one is tried beside it: 10 ms to 2 s (RFC 8305). By default `250ms`, and `2s` for a
   * server of this host that must be known to be the one that others reach.
   */
  readonly stagger?: number | string | undefined
}

/**
 * What may be passed beside the URI `U`, or beside a list of them: the schemes' own options where TypeScript can see the schemes.
 * An option goes to those of a list whose scheme has it.
 */
export type OpenOptions<U extends string = string> = RaceControl & Pick<Needs, 'prefer' | 'avoid'> & ListenOptions<U>

/** The same for `listen`, where nothing is chosen: `require` and `prohibit` are checks. */
export type ListenOptions<U extends string = string> = OpenControl &
  Pick<Needs, 'require' | 'prohibit'> &
  CoreOptionInput &
  ([SchemeOf<U>] extends [never] ? AnyOptions : All<OptionsOf<SchemeOf<U>>>)

type AnyOptions = { readonly [option: string]: unknown }

/** Of each scheme by itself. */
type OptionsOf<S extends string> = S extends keyof SchemeOptions ? SchemeOptions[S] : AnyOptions

/** `A | B` to `A & B`: an option that two schemes have goes to both, and must be right for both. */
type All<T> = (T extends unknown ? (one: T) => void : never) extends (all: infer I) => void ? I : never

/**
 * Opens the stream that `uri` declares; of a list, the first candidate that opens, in the order of the list unless `prefer` and
 * `avoid` say otherwise. See docs/planner.md.
 * @throws `ERR_CAMIO_BAD_URI`, `ERR_CAMIO_UNKNOWN_SCHEME`, `ERR_CAMIO_UNKNOWN_OPTION`, `ERR_CAMIO_BAD_OPTION`,
 *   `ERR_CAMIO_UNSUPPORTED`, and what the transport's page says; `ERR_CAMIO_NO_CANDIDATE` ({@link NoCandidate}) when no candidate
 *   of a list opens, or none meets the needs
 */
export async function open<const U extends string>(
  uri: U | readonly U[],
  options?: OpenOptions<NoInfer<U>>,
): Promise<Stream> {
  const given = options as GivenOptions | undefined
  if (Array.isArray(uri) || asks(given, PLANNED)) {
    const { openPlanned } = await import('./plan/open-planned.js')
    return openPlanned([uri].flat() as string[], given)
  }
  const stream = await connect(resolve(uri as string, given))
  streamOpened(stream)
  return stream
}

/** What only the planner understands. */
const PLANNED = ['require', 'prefer', 'avoid', 'prohibit', 'stagger'] as const

function asks(given: GivenOptions | undefined, names: readonly string[]): boolean {
  return given !== undefined && given !== null && names.some((name) => given[name] !== undefined)
}

/** Opens what was resolved, and nothing is left behind if that fails or is aborted. @throws what `open` throws */
export async function connect(plan: Resolved): Promise<Stream> {
  const { signal } = plan.target
  signal?.throwIfAborted()
  let stream: Stream
  try {
    const bare = await plan.driver.open(plan.target)
    stream = hasLayers(plan) ? await dressInLayers(bare, plan) : dress(bare, plan.core, plan.init, null)
  } catch (error) {
    throw wrap(error, plan, 'cannot open')
  }
  await unlessAborted(signal, () => stream.close({ discard: true }))
  return stream
}

function hasLayers({ layers }: Resolved): boolean {
  return layers.inner.length + layers.outer.length > 0
}

async function dressInLayers(bare: Stream, plan: Resolved): Promise<Stream> {
  let layers: PreparedLayers | null = null
  try {
    // A candidate that was overtaken meanwhile shall open nothing more.
    plan.target.signal?.throwIfAborted()
    layers = await prepareFor(plan, bare.features, false)
    return dress(bare, plan.core, plan.init, layers)
  } catch (error) {
    await bare
      .outermost()
      .close({ discard: true })
      .catch(() => {})
    throw error
  } finally {
    await layers?.done()
  }
}

function prepareFor(plan: Resolved, own: Features, listening: boolean): Promise<PreparedLayers> {
  const { layers, core, init, registry, target } = plan
  const { uri, signal } = target
  const view = (inside: Features) => viewed(inside, core)
  return prepareLayers(layers, own, view, { uri, listening, limits: init.limits, signal, registry })
}

/**
 * Listens where `uri` says; with an array everywhere that it says, or nowhere. Each option is for all those whose scheme has it.
 * @throws like `open`; `ERR_CAMIO_UNSUPPORTED` where the scheme cannot listen; `ERR_CAMIO_NO_CANDIDATE` when one of them does not
 *   meet `require` and `prohibit`
 */
export async function listen<const U extends string>(
  uri: U | readonly U[],
  options?: ListenOptions<NoInfer<U>>,
): Promise<Listener> {
  const uris = [uri].flat() as string[]
  const given = (options === undefined ? {} : options) as GivenOptions
  if (asks(given, PLANNED)) {
    const { checkListen } = await import('./plan/check-listen.js')
    checkListen(uris, given)
  }
  if (!Array.isArray(uri)) return listenAt(resolveListen(uri as string, given))
  if (uris.length === 0) throw new CamioError('ERR_CAMIO_BAD_URI', 'listen needs a URI, and the list is empty')
  checkGiven(given, uris[0]!)
  const shares = shareOptions(uris, given, given.registry ?? globalRegistry)
  return listenEverywhere(uris.map((one, i) => resolveListen(one, shares[i])))
}

async function listenEverywhere(plans: readonly Resolved[]): Promise<Listener> {
  const bound: Listener[] = []
  try {
    for (const plan of plans) bound.push(await listenAt(plan))
  } catch (error) {
    // What matters is why it failed, not how the rest took its closing.
    await closeAll(bound).catch(() => {})
    throw error
  }
  const [first] = bound
  if (bound.length === 1) return first!
  advertise(bound)
  const all = new MultiListener(bound)
  all.waitStrategy = first!.waitStrategy
  return all
}

/** From now on a client on this host can find out that they are one server: docs/decisions/0030-same-server.md. */
function advertise(siblings: readonly Listener[]): void {
  // Loaded here: a program that never listens on a list needs no cryptography.
  const { randomUUID } = process.getBuiltinModule('node:crypto')
  const advert = Object.freeze({ token: randomUUID(), uris: siblings.flatMap((listener) => listener.uris) })
  for (const listener of siblings) listener.advert = advert
}

async function listenAt(plan: Resolved): Promise<Listener> {
  const { signal } = plan.target
  signal?.throwIfAborted()
  let listener: Listener
  try {
    listener = await plan.driver.listen!(plan.target)
  } catch (error) {
    throw wrap(error, plan, 'cannot listen on')
  }
  await unlessAborted(signal, () => listener.close())
  const layers = hasLayers(plan) ? await prepareListener(listener, plan) : null
  listener.dress = (stream) => dress(stream, plan.core, plan.init, layers)
  listener.undress = layers?.done ?? null
  listener.waitStrategy = plan.init.wait ?? listener.waitStrategy
  listenerOpened(listener)
  return listener
}

async function prepareListener(listener: Listener, plan: Resolved): Promise<PreparedLayers> {
  try {
    return await prepareFor(plan, plan.driver.features, true)
  } catch (error) {
    await listener.close().catch(() => {})
    throw error
  }
}

/** The signal aborted, and the driver did not notice: nothing is left behind. */
async function unlessAborted(signal: AbortSignal | undefined, close: () => Promise<void>): Promise<void> {
  if (!signal?.aborted) return
  await close()
  throw signal.reason
}

/** Our own errors and the caller's abort pass; anything else is a system's and gets its code. */
function wrap(error: unknown, plan: Resolved, what: string): unknown {
  if (plan.target.signal?.aborted && error === plan.target.signal.reason) return error
  return fromSystemError(error, plan.target.uri, what)
}
