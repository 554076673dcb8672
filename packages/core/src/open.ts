/** `open` and `listen`: from a URI to a stream, bound at run time. */

import { listenerOpened, streamOpened } from './diagnostics.js'
import { checkFraming, dress } from './dress.js'
import type { Driver, Target } from './driver.js'
import { CamioError, fromSystemError, shorten, show } from './error.js'
import type { Listener } from './listener.js'
import { closeAll, MultiListener } from './multi-listener.js'
import { CORE_OPTIONS, type CoreOptionInput, type CoreOptionValues, type Mode } from './options.js'
import { registry as globalRegistry, type Registry } from './registry.js'
import type { Stream, StreamInit, StreamLimits } from './stream.js'
import { parseUri } from './uri/parse.js'
import { badOption, type OptionSchema, type OptionValues, parseOptions } from './uri/schema.js'
import { parseWaitStrategy } from './wait/strategy.js'

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

/** What may be passed beside the URI `U`: the scheme's own options where TypeScript can see the scheme. */
export type OpenOptions<U extends string = string> = OpenControl &
  CoreOptionInput &
  (SchemeOf<U> extends never
    ? { readonly [option: string]: unknown }
    : SchemeOf<U> extends keyof SchemeOptions
      ? SchemeOptions[SchemeOf<U>]
      : { readonly [option: string]: unknown })

/**
 * Opens the stream that `uri` declares.
 * @throws `ERR_CAMIO_BAD_URI`, `ERR_CAMIO_UNKNOWN_SCHEME`, `ERR_CAMIO_UNKNOWN_OPTION`, `ERR_CAMIO_BAD_OPTION`,
 *   `ERR_CAMIO_UNSUPPORTED`, and what the transport's page says
 */
export async function open<const U extends string>(uri: U, options?: OpenOptions<NoInfer<U>>): Promise<Stream> {
  const plan = resolve(uri, options)
  const { signal } = plan.target
  signal?.throwIfAborted()
  let stream: Stream
  try {
    stream = dress(await plan.driver.open(plan.target), plan.core, plan.init)
  } catch (error) {
    throw wrap(error, plan, 'cannot open')
  }
  await unlessAborted(signal, () => stream.close({ discard: true }))
  streamOpened(stream)
  return stream
}

/**
 * Listens where `uri` says; with an array everywhere that it says, or nowhere. The options are those of every one of them.
 * @throws like `open`; `ERR_CAMIO_UNSUPPORTED` where the scheme cannot listen
 */
export async function listen<const U extends string>(
  uri: U | readonly U[],
  options?: OpenOptions<NoInfer<U>>,
): Promise<Listener> {
  if (!Array.isArray(uri)) return listenAt(resolveListen(uri as string, options))
  const plans = uri.map((one: string) => resolveListen(one, options))
  if (plans.length === 0) throw new CamioError('ERR_CAMIO_BAD_URI', 'listen needs a URI, and the list is empty')
  return listenEverywhere(plans)
}

async function listenEverywhere(plans: readonly Plan[]): Promise<Listener> {
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
  const all = new MultiListener(bound)
  all.waitStrategy = first!.waitStrategy
  return all
}

async function listenAt(plan: Plan): Promise<Listener> {
  const { signal } = plan.target
  signal?.throwIfAborted()
  let listener: Listener
  try {
    listener = await plan.driver.listen!(plan.target)
  } catch (error) {
    throw wrap(error, plan, 'cannot listen on')
  }
  await unlessAborted(signal, () => listener.close())
  listener.dress = (stream) => dress(stream, plan.core, plan.init)
  listener.waitStrategy = plan.init.wait ?? listener.waitStrategy
  listenerOpened(listener)
  return listener
}

/** The signal aborted, and the driver did not notice: nothing is left behind. */
async function unlessAborted(signal: AbortSignal | undefined, close: () => Promise<void>): Promise<void> {
  if (!signal?.aborted) return
  await close()
  throw signal.reason
}

interface Plan {
  driver: Driver
  target: Target
  core: CoreOptionValues
  init: Pick<StreamInit, 'limits' | 'wait'>
}

/** Everything that can be checked before the transport is touched. */
function resolve(uri: string, given: GivenOptions = {}): Plan {
  const parsed = parseUri(uri)
  checkGiven(given, uri)
  const { signal, registry = globalRegistry, ...rest } = given
  const driver = registry.driver(parsed.scheme, uri)
  const schema = { ...CORE_OPTIONS, ...driver.options }
  const options = parseOptions(schema, parsed.options, rest, uri) as OptionValues<OptionSchema> & CoreOptionValues
  const mode = pickMode(driver, options.mode, uri)
  checkFraming(driver.features, options, uri)
  const { maxLease, maxMessage, linger } = options
  const limits: StreamLimits = { maxLease, maxMessage, lingerMs: linger }
  const wait = parseWaitStrategy(options.wait)
  const init = { limits, wait }
  const target: Target = {
    uri,
    scheme: parsed.scheme,
    address: parsed.address,
    mode,
    options,
    signal,
    init: (bound, features) => ({ uri: bound, features, limits, wait }),
  }
  return { driver, target, core: options, init }
}

type GivenOptions = OpenControl & Readonly<Record<string, unknown>>

/** What is no option of a schema. By what they can do: there may be more than one kind of signal, and two copies of core. */
function checkGiven(given: GivenOptions, uri: string): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const message = `${shorten(uri)}: the options are ${show(given)}, not an object`
    throw new CamioError('ERR_CAMIO_BAD_OPTION', message, { uri })
  }
  const { signal, registry } = given
  if (signal !== undefined && typeof signal?.addEventListener !== 'function')
    throw badOption('signal', `is ${show(signal)}, not an AbortSignal`, uri)
  if (registry !== undefined && typeof registry?.driver !== 'function')
    throw badOption('registry', `is ${show(registry)}, not a Registry`, uri)
}

function resolveListen(uri: string, given: GivenOptions | undefined): Plan {
  const plan = resolve(uri, given)
  if (plan.driver.listen) return plan
  const message = `${plan.target.scheme}: cannot listen; open it instead`
  throw new CamioError('ERR_CAMIO_UNSUPPORTED', message, { uri })
}

function pickMode(driver: Driver, mode: Mode | undefined, uri: string): Mode {
  if (mode === undefined) return driver.modes[0]
  if (!driver.modes.includes(mode))
    throw badOption('mode', `is "${mode}", but ${driver.scheme}: has ${driver.modes.join(', ')}`, uri)
  return mode
}

/** Our own errors and the caller's abort pass; anything else is a system's and gets its code. */
function wrap(error: unknown, plan: Plan, what: string): unknown {
  if (plan.target.signal?.aborted && error === plan.target.signal.reason) return error
  return fromSystemError(error, plan.target.uri, what)
}
