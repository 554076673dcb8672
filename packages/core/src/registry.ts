/**
 * Schemes and movers by name. One registry a thread hangs on `globalThis` under a versioned symbol, so that two copies of core
 * share it; `new Registry()` is an own one that no global knows.
 */
import { DRIVER_ABI, type Driver } from './driver.js'
import { CamioError, shorten, show } from './error.js'
import { LAYER_HOME, type LayerDriver, type LayerName } from './layers/layer-driver.js'
import { isCoreOption } from './options.js'
import type { Mover } from './pipe/mover.js'
import { MAX_SCHEME } from './uri/parse.js'
import { nearest } from './uri/suggest.js'

/** Where the schemes that this project knows of live, for the error that says what to install. */
export const KNOWN_SCHEMES: Readonly<Record<string, string>> = {
  mem: '@camio/mem',
  file: '@camio/file',
  stdio: '@camio/file',
  mmap: '@camio/file',
  shm: '@camio/shm',
  udp: '@camio/udp',
  tcp: '@camio/tcp',
  tls: '@camio/tcp',
  unix: '@camio/tcp',
  netmap: '@camio/netmap',
  vale: '@camio/netmap',
  xdp: '@camio/xdp',
  packet: '@camio/xdp',
  replay: '@camio/layers',
  timer: '@camio/timer',
}

export class Registry {
  private readonly drivers = new Map<string, Driver>()
  private readonly moverList: Mover[] = []
  private readonly layerDrivers = new Map<LayerName, LayerDriver>()

  /** Registers a scheme. The same driver again is fine. @throws `ERR_CAMIO_SCHEME_TAKEN`, `ERR_CAMIO_BAD_DRIVER` */
  register(driver: Driver): void {
    checkDriver(driver)
    const present = this.drivers.get(driver.scheme)
    if (present === undefined) {
      this.drivers.set(driver.scheme, driver)
    } else if (present.id !== driver.id) {
      const message = `the scheme "${driver.scheme}" is taken by ${present.id}; ${driver.id} cannot register it too`
      throw new CamioError('ERR_CAMIO_SCHEME_TAKEN', message, { uri: `${driver.scheme}:` })
    }
  }

  /** @throws `ERR_CAMIO_UNKNOWN_SCHEME`, saying what is registered and what to import or install */
  driver(scheme: string, uri = `${scheme}:`): Driver {
    const driver = this.drivers.get(scheme)
    if (driver === undefined) throw this.unknownScheme(scheme, uri)
    return driver
  }

  has(scheme: string): boolean {
    return this.drivers.has(scheme)
  }

  /** Every registered driver, by scheme. */
  list(): Driver[] {
    return [...this.drivers.values()].sort((a, b) => (a.scheme < b.scheme ? -1 : 1))
  }

  /** Registers an in-kernel path. One of the same name is the same mover. */
  addMover(mover: Mover): void {
    if (!this.moverList.some((m) => m.name === mover.name)) this.moverList.push(mover)
  }

  movers(): readonly Mover[] {
    return this.moverList
  }

  /** Registers what answers to a layer's option. The same layer again is fine. @throws `ERR_CAMIO_BAD_DRIVER` */
  addLayer(layer: LayerDriver): void {
    if (layer?.abi !== DRIVER_ABI) {
      const message = `the layer "${show(layer?.name)}" is made for driver interface ${show(layer?.abi)}, this @camio/core has ${DRIVER_ABI}`
      throw new CamioError('ERR_CAMIO_BAD_DRIVER', message)
    }
    if (!this.layerDrivers.has(layer.name)) this.layerDrivers.set(layer.name, layer)
  }

  /** @throws `ERR_CAMIO_UNAVAILABLE`, saying what to import or install */
  layer(name: LayerName, uri: string): LayerDriver {
    const layer = this.layerDrivers.get(name)
    if (layer !== undefined) return layer
    const message = `option "${name}" in ${shorten(uri)} needs a layer that is not there: install ${LAYER_HOME} and import '${LAYER_HOME}'`
    throw new CamioError('ERR_CAMIO_UNAVAILABLE', message, { uri })
  }

  layers(): readonly LayerDriver[] {
    return [...this.layerDrivers.values()]
  }

  private unknownScheme(scheme: string, uri: string): CamioError {
    const registered = [...this.drivers.keys()].sort()
    const home = Object.hasOwn(KNOWN_SCHEMES, scheme) ? KNOWN_SCHEMES[scheme] : undefined
    const near = nearest(scheme, new Set([...registered, ...Object.keys(KNOWN_SCHEMES)]))
    const remedy = home
      ? `install ${home} and import '${home}'`
      : `did you mean "${near}"? A scheme's package must be imported before it is opened`
    const known = registered.length === 0 ? 'none is registered' : `registered: ${registered.join(', ')}`
    return new CamioError('ERR_CAMIO_UNKNOWN_SCHEME', `unknown scheme "${scheme}" (${known}); ${remedy}`, { uri })
  }
}

const SCHEME_NAME = /^[a-z][a-z0-9+.-]*$/
const OPTION_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

function checkDriver(driver: Driver): void {
  const why = whatIsWrong(driver)
  if (why === null) return
  const who = `driver "${show(driver?.scheme)}" of ${show(driver?.id)}`
  throw new CamioError('ERR_CAMIO_BAD_DRIVER', `${who} ${why}`, { uri: `${show(driver?.scheme)}:` })
}

/** It comes from a package that nobody may have compiled against this version: types promise nothing. */
function whatIsWrong(driver: Driver | null | undefined): string | null {
  if (driver?.abi !== DRIVER_ABI) return whichIsOlder(driver)
  if (!isSchemeName(driver.scheme)) return 'has a bad scheme name'
  if (typeof driver.id !== 'string') return 'has no id'
  if (typeof driver.open !== 'function' || typeof driver.available !== 'function') return 'lacks open or available'
  if (!Array.isArray(driver.modes) || driver.modes.length === 0) return 'has no modes'
  for (const name of Object.keys(driver.options ?? {})) {
    if (isCoreOption(name)) return `declares the option "${name}", which core owns`
    if (!OPTION_NAME.test(name)) return `has a bad option name "${show(name)}"`
  }
  return null
}

function isSchemeName(name: unknown): boolean {
  return typeof name === 'string' && name.length <= MAX_SCHEME && SCHEME_NAME.test(name)
}

function whichIsOlder(driver: Driver | null | undefined): string {
  const made: unknown = driver?.abi
  const known = `is made for driver interface ${show(made)}, this @camio/core has ${DRIVER_ABI}`
  if (typeof made !== 'number') return known
  return `${known}: update ${made > DRIVER_ABI ? '@camio/core' : show(driver?.id)}`
}

const KEY = Symbol.for('@camio/core/registry@1')

/** The registry that `open` and `listen` use. */
export const registry: Registry = ((globalThis as Record<symbol, unknown>)[KEY] ??= new Registry()) as Registry
