/** A registry of its own with one scheme, `double:`, whose streams the test makes. */
import {
  DRIVER_ABI,
  type Driver,
  features,
  type OptionSchema,
  Registry,
  type Stream,
  type Target,
} from '@camio/core/spi'
import { Scripted } from './scripted.js'

export interface DoubleOptions {
  options?: OptionSchema
  open?: (target: Target) => Stream | Promise<Stream>
  listen?: Driver['listen']
  scheme?: string
}

export function doubleDriver({
  options = {},
  open = () => new Scripted(),
  listen,
  scheme = 'double',
}: DoubleOptions = {}): Driver {
  return {
    abi: DRIVER_ABI,
    scheme,
    id: 'test',
    help: 'a double',
    addressForm: 'anything',
    options,
    modes: ['rw', 'r', 'w'],
    features: features({}),
    available: () => ({ ok: true }),
    open,
    ...(listen && { listen }),
  }
}

export function registryOf(...drivers: Driver[]): Registry {
  const registry = new Registry()
  for (const driver of drivers) registry.register(driver)
  return registry
}
