/** From a URI and options to a driver and what it is asked: everything that can be checked before the transport is touched. */
import { checkFraming } from './dress.js'
import type { Driver, Target } from './driver.js'
import { CamioError, shorten, show } from './error.js'
import { featuresThrough, type Layering, layersOf } from './layers/layering.js'
import type { OpenControl, RaceControl } from './open.js'
import { CORE_OPTIONS, type CoreOptionValues, type Mode } from './options.js'
import type { Needs } from './plan/wishes.js'
import { registry as globalRegistry, type Registry } from './registry.js'
import type { StreamInit, StreamLimits } from './stream.js'
import { parseUri } from './uri/parse.js'
import { badOption, type OptionSchema, type OptionValues, parseOptions } from './uri/schema.js'
import { parseWaitStrategy } from './wait/strategy.js'

/** A URI with its driver and its options. */
export interface Resolved {
  readonly driver: Driver
  readonly target: Target
  readonly core: CoreOptionValues
  readonly init: Pick<StreamInit, 'limits' | 'wait'>
  readonly layers: Layering
  readonly registry: Registry
}

/** Everything that can be checked before the transport is touched. */
export function resolve(uri: string, given: GivenOptions = {}): Resolved {
  const parsed = parseUri(uri)
  checkGiven(given, uri)
  const { signal, registry = globalRegistry, require, prefer, avoid, prohibit, stagger, ...rest } = given
  const driver = registry.driver(parsed.scheme, uri)
  const schema = { ...CORE_OPTIONS, ...driver.options }
  const options = parseOptions(schema, parsed.options, rest, uri) as OptionValues<OptionSchema> & CoreOptionValues
  const mode = pickMode(driver, options.mode, uri)
  const { maxLease, maxMessage, linger } = options
  const limits: StreamLimits = { maxLease, maxMessage, lingerMs: linger }
  const layers = layersOf(options, registry, uri)
  checkFraming(featuresThrough(layers.inner, driver.features, limits), options, uri)
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
  return { driver, target, core: options, init, layers, registry }
}

export type GivenOptions = OpenControl & Needs & RaceControl & Readonly<Record<string, unknown>>

/** What is no option of a schema. By what they can do: there may be more than one kind of signal, and two copies of core. */
export function checkGiven(given: GivenOptions, uri: string): void {
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

/** @throws `ERR_CAMIO_UNSUPPORTED` too, where the scheme cannot listen */
export function resolveListen(uri: string, given: GivenOptions | undefined): Resolved {
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
