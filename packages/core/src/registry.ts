/**
 * Schemes and movers by name. One registry a thread hangs on `globalThis` under a versioned symbol, so that two copies of core
 * share it; `new Registry()` is an own one that no global knows.
 */
import { DRIVER_ABI, type Driver } from './driver.js'
import { CamioError } from './error.js'
import { CORE_OPTIONS } from './options.js'
import type { Mover } from './pipe/mover.js'
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

function checkDriver(driver: Driver): void {
  const refuse = (why: string) => {
    const who = `driver "${driver.scheme}" of ${driver.id}`
    return new CamioError('ERR_CAMIO_BAD_DRIVER', `${who} ${why}`, { uri: `${driver.scheme}:` })
  }
  if (driver.abi !== DRIVER_ABI) {
    throw refuse(
      `is made for driver interface ${driver.abi}, this @camio/core has ${DRIVER_ABI}: update the older of the two`,
    )
  }
  if (!/^[a-z][a-z0-9+.-]{0,31}$/.test(driver.scheme)) throw refuse('has a bad scheme name')
  for (const name of Object.keys(driver.options)) {
    if (Object.hasOwn(CORE_OPTIONS, name)) throw refuse(`declares the option "${name}", which core owns`)
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) throw refuse(`has a bad option name "${name}"`)
  }
}

const KEY = Symbol.for('@camio/core/registry@1')

/** The registry that `open` and `listen` use. */
export const registry: Registry = ((globalThis as Record<symbol, unknown>)[KEY] ??= new Registry()) as Registry
