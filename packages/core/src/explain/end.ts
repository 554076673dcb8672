/** One end of a pipe as `explain` sees it, whether it is open already or only planned. */
import { asksForGuard } from '../dress.js'
import { isCamioError } from '../error.js'
import type { Features } from '../features.js'
import type { Calls, Forecast } from '../forecast.js'
import { forecastOf } from '../plan/forecast-of.js'
import type { Candidate } from '../plan/plan.js'
import type { Registry } from '../registry.js'
import { type Resolved, resolve } from '../resolve.js'
import type { KernelPlace, Stream } from '../stream.js'

/** What one message costs, `null` where that is not known. */
export interface Costs {
  /** User-space copies, at most. */
  readonly copies: number
  /** Of a message that travels alone; those that come together share it. */
  readonly systemCalls: number | null
  readonly wakeUps: number | null
}

export interface End {
  readonly uri: string
  readonly features: Features
  readonly kernel: KernelPlace['kind'] | null
  readonly readsInto: boolean
  readonly region: object | null
  /** The largest claim, as far as it is known. */
  readonly maxClaim: number
  /** Of the transport and what is around it: a lease, or a claim. */
  readonly read: Costs
  readonly write: Costs
}

/** Anything around the transport hides its descriptor and its memory from `pipe`. */
interface Around {
  /** Does a view look for frames? Then a rest may straddle two leases. */
  readonly frames: boolean
  /** `CAMIO_DEBUG=lease` */
  readonly guard: boolean
}

export function plannedEnd({ uri, resolved, forecast, features }: Candidate): End {
  const own = forecast.features ?? resolved!.driver.features
  const { inner, outer } = resolved!.layers
  const around = { frames: features!.framing === 'messages' && own.framing === 'bytes', guard: asksForGuard() }
  const bare = own.framing === features!.framing && !around.guard && inner.length + outer.length === 0
  return {
    uri,
    features: features!,
    kernel: bare ? (forecast.kernel ?? null) : null,
    readsInto: bare && (forecast.readsInto ?? false),
    region: bare ? (forecast.region ?? null) : null,
    maxClaim: features!.mtu,
    ...costsOf(features!, forecast, around),
  }
}

/**
 * @param side as what it is meant: its descriptor is asked for, and given back untouched
 * @param forecast what its calls cost: streams do not say
 */
export function openEnd(stream: Stream, side: 'read' | 'write', forecast: Forecast): End {
  return {
    uri: stream.uri,
    features: stream.features,
    kernel: kernelOf(stream, side),
    readsInto: stream.readInto !== undefined && stream.readsInto,
    region: stream.region ?? null,
    maxClaim: stream.features.writable ? stream.maxClaim : 0,
    ...costsOf(stream.features, forecast, aroundOf(stream)),
  }
}

/** Layers have what they wrap as `inner`. */
function aroundOf(stream: Stream): Around {
  let frames = false
  let guard = false
  let outer: Stream & { readonly inner?: Stream } = stream
  for (let { inner } = outer; inner !== undefined; outer = inner, { inner } = outer) {
    frames ||= outer.features.framing === 'messages' && inner.features.framing === 'bytes'
    guard ||= 'guards' in outer
  }
  return { frames, guard }
}

function kernelOf(stream: Stream, side: 'read' | 'write'): KernelPlace['kind'] | null {
  const end = stream.takeKernel?.(side) ?? null
  end?.moved(0, false)
  return end?.kind ?? null
}

/** What the driver says of streams that are called as this one is. */
export function forecastOfStream(stream: Stream, registry: Registry): Forecast {
  let resolved: Resolved
  try {
    resolved = resolve(stream.uri, { registry })
  } catch (error) {
    // Its driver is somewhere else, or what it calls itself can be opened by nobody.
    if (isCamioError(error)) return {}
    throw error
  }
  return forecastOf(resolved.driver, resolved.target)
}

function costsOf(features: Features, forecast: Forecast, { frames, guard }: Around): Pick<End, 'read' | 'write'> {
  const joins = frames ? (forecast.joins ?? 1) : 0
  const guards = guard ? 1 : 0
  return {
    read: { copies: features.copies.read + joins + guards, ...known(forecast.read) },
    write: { copies: features.copies.write + guards, ...known(forecast.write) },
  }
}

function known(calls: Calls | undefined): Omit<Costs, 'copies'> {
  return calls === undefined ? { systemCalls: null, wakeUps: null } : { ...calls }
}
