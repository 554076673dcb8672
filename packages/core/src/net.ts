/** `@camio/core/net`: what the transports over internet addresses share. */
export { firstOf } from './net/first-of.js'
export { heldBy } from './net/held-by.js'
export { badUri, type HostPort, hostPortUri, parseHostPort, parseLocal } from './net/host-port.js'
export { listenOn } from './net/listen-hosts.js'
export { ANY_HOST, ANY_HOST_V4, addressesOf } from './net/lookup.js'
export { samePort } from './net/same-port.js'
