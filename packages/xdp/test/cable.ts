/**
 * `cable-packet:` and `cable-xdp:`, for the conformance suite, between two network namespaces. An address is `A/B/FIRST/NAME`: the
 * namespaces, the number of the first interface, a name of its own.
 */
import '@camio/xdp'
import { registerCable } from './cable-scheme.js'

/** Interfaces of an address. */
export const CABLES = 5

for (const beneath of ['packet', 'xdp'])
  registerCable({
    scheme: `cable-${beneath}`,
    beneath,
    addressForm: 'A/B/FIRST/NAME',
    cables(address) {
      const [a, b, first] = address.split('/')
      return Array.from({ length: CABLES }, (_, i) => `${a}/${b}/camio${Number(first) + i}`)
    },
    ends(cable) {
      const [a, b, name] = cable.split('/')
      const end = (netns: string) => ({ uri: `${beneath}:${name}`, options: { netns } })
      return { near: end(a!), far: end(b!) }
    },
  })
