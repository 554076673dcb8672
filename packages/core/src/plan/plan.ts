/** Which candidates are worth trying, and in which order: everything that can be known before one of them is opened. */

import type { Availability, Driver } from '../driver.js'
import { CamioError, isCamioError, shorten } from '../error.js'
import type { Features } from '../features.js'
import type { Forecast } from '../forecast.js'
import { registry as globalRegistry } from '../registry.js'
import { checkGiven, type GivenOptions, type Resolved, resolve } from '../resolve.js'
import { badOption } from '../uri/schema.js'
import { parseDuration } from '../uri/units.js'
import { asOpened } from './as-opened.js'
import { checkCount } from './candidates.js'
import { forecastOf } from './forecast-of.js'
import { shareOptions } from './share.js'
import { compare, parseNeeds, unmet, type Wanted } from './wishes.js'

export interface Candidate {
  readonly uri: string
  /** `null`: its scheme is not registered. */
  readonly resolved: Resolved | null
  readonly forecast: Forecast
  /** Of the stream that it would give, with the mode and the view that were asked for. */
  readonly features: Features | null
  /** Why it is not tried. */
  readonly dropped: CamioError | null
  /** Taken by its place and not by a race: nobody at the other end has to answer for it to open. */
  readonly byOrder: boolean
  /** Tried only if it is the very server that one of these would reach. `null`: in any case. */
  readonly sameAs: readonly Place[] | null
}

export type Place = Pick<Candidate, 'uri' | 'resolved'>

export interface OpenPlan {
  /** Those that are tried, in this order; behind them those that are not. */
  readonly candidates: readonly Candidate[]
  readonly wanted: Wanted
  /** How long a candidate is alone, if the program said so. */
  readonly staggerMs: number | undefined
}

/**
 * @param more options of one URI beside the shared ones
 * @throws what is wrong in any circumstance, on whatever machine: `ERR_CAMIO_BAD_URI`, `ERR_CAMIO_UNKNOWN_OPTION`,
 *   `ERR_CAMIO_BAD_OPTION`. A scheme that is not there, or does not work here, only drops its candidate.
 */
export function makePlan(
  uris: readonly string[],
  given: GivenOptions = {},
  more: (uri: string) => GivenOptions = () => ({}),
): OpenPlan {
  checkCount(uris)
  checkGiven(given, uris[0]!)
  const wanted = parseNeeds(given)
  const { registry = globalRegistry, stagger } = given
  const staggerMs = parseStagger(stagger, uris[0]!)
  const { require, prefer, avoid, prohibit, stagger: _, ...options } = given
  const shares = shareOptions(uris, options, registry)
  const seen = uris.map((uri, i) => look(uri, { ...shares[i], ...more(uri) }, wanted))
  const candidates = seen.map((candidate) => ({ ...candidate, sameAs: whomToBe(candidate, seen) }))
  return { candidates: inOrder(candidates, wanted), wanted, staggerMs }
}

function parseStagger(given: unknown, uri: string): number | undefined {
  if (given === undefined) return undefined
  const ms = typeof given === 'string' ? parseDuration(given) : given
  if (typeof ms === 'number' && ms >= 10 && ms <= 2000) return ms
  throw badOption('stagger', `is "${shorten(String(given), 60)}", not a time from 10ms to 2s`, uri)
}

// ------------------------------------------------------------------------------------------------ one candidate

type Seen = Omit<Candidate, 'sameAs'>

function look(uri: string, given: GivenOptions, wanted: Wanted): Seen {
  const resolved = resolveKnown(uri, given)
  if (isCamioError(resolved))
    return { uri, resolved: null, forecast: {}, features: null, dropped: resolved, byOrder: false }
  const { driver, target } = resolved
  const forecast = forecastOf(driver, target)
  const own = asOpened(resolved, forecast)
  const byOrder = own.connectionless || driver.listen === undefined
  return { uri, resolved, forecast, features: own, dropped: refusal(uri, driver, own, wanted), byOrder }
}

/** @returns the error where the scheme is not registered @throws everything else */
function resolveKnown(uri: string, given: GivenOptions): Resolved | CamioError {
  try {
    return resolve(uri, given)
  } catch (error) {
    if (isCamioError(error, 'ERR_CAMIO_UNKNOWN_SCHEME')) return error
    throw error
  }
}

function refusal(uri: string, driver: Driver, own: Features, wanted: Wanted): CamioError | null {
  const { ok, reason } = availability(driver)
  if (!ok)
    return new CamioError('ERR_CAMIO_UNAVAILABLE', `${uri} does not work here: ${reason ?? 'no reason given'}`, { uri })
  const lack = unmet(own, wanted)
  return lack === null ? null : needsUnmet(uri, lack)
}

function availability(driver: Driver): Availability {
  try {
    return driver.available()
  } catch (error) {
    return { ok: false, reason: (error as Error).message }
  }
}

export function needsUnmet(uri: string, lack: string): CamioError {
  return new CamioError('ERR_CAMIO_UNSUPPORTED', `${shorten(uri)}: ${lack}`, { uri })
}

// ------------------------------------------------------------------------------------------------ among the others

/**
 * A server of this host stands in a list for one that others reach over a network: it must be that very server, not just one that
 * somebody gave the same name. This does not depend on whether those others can be used here.
 */
function whomToBe(candidate: Seen, all: readonly Seen[]): readonly Place[] | null {
  if (candidate.resolved?.driver.identify === undefined) return null
  const remote = all.filter((other) => other.resolved === null || isNetworkServer(other))
  return remote.length === 0 ? null : remote
}

function isNetworkServer({ resolved, features }: Seen): boolean {
  const beyondHost = features!.scope === 'link' || features!.scope === 'global'
  return beyondHost && resolved!.driver.listen !== undefined
}

/** By preference, then as they were given; behind them those that are dropped. */
function inOrder(candidates: readonly Candidate[], wanted: Wanted): Candidate[] {
  const kept = candidates.filter(({ dropped }) => dropped === null)
  // The sort is stable.
  kept.sort((a, b) => compare(a.features!, b.features!, wanted))
  return [...kept, ...candidates.filter(({ dropped }) => dropped !== null)]
}
