/** A driver's own words about itself, as plain data. */
import type { Driver, Features } from '@camio/core'
import { CORE_OPTIONS, describeType, type OptionSchema, type OptionSpec } from '@camio/core/spi'

export interface OptionInfo {
  readonly name: string
  readonly type: OptionSpec['type']
  /** The type in words. */
  readonly takes: string
  readonly default?: unknown
  readonly min?: number
  readonly max?: number
  readonly values?: readonly string[]
  readonly help: string
}

export interface InstalledScheme {
  readonly scheme: string
  readonly package: string
  readonly installed: true
  readonly help: string
  /** `tcp://host:port` */
  readonly form: string
  readonly modes: readonly string[]
  readonly listens: boolean
  /** What would run here. */
  readonly engine: string
  readonly works: boolean
  /** Why not, and what to do; or what works only in part. */
  readonly reason?: string
  readonly features: Features
  readonly options: readonly OptionInfo[]
}

export interface MissingScheme {
  readonly scheme: string
  readonly package: string
  readonly installed: false
  readonly install: string
}

export type SchemeInfo = InstalledScheme | MissingScheme

export function describe(driver: Driver): InstalledScheme {
  const { ok, reason, engine } = driver.available()
  return {
    scheme: driver.scheme,
    package: driver.id,
    installed: true,
    help: driver.help,
    form: `${driver.scheme}:${driver.addressForm}`,
    modes: driver.modes,
    listens: driver.listen !== undefined,
    engine: engine ?? driver.features.engine,
    works: ok,
    ...(reason !== undefined && { reason }),
    features: driver.features,
    options: describeOptions(driver.options),
  }
}

/** The options that every scheme has. */
export function commonOptions(): OptionInfo[] {
  return describeOptions(CORE_OPTIONS)
}

function describeOptions(schema: OptionSchema): OptionInfo[] {
  return Object.entries(schema).map(([name, spec]) => {
    const { type, help, min, max, values } = spec
    return {
      name,
      type,
      takes: describeType(spec),
      ...(spec.default !== undefined && { default: spec.default }),
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
      ...(values !== undefined && { values }),
      help,
    }
  })
}
