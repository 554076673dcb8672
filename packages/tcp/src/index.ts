/** Importing this package registers `tcp:`, `unix:` and `tls:`. */
import { registry } from '@camio/core'
import type { OptionInput } from '@camio/core/spi'
import { tcpDriver } from './drivers/tcp.js'
import { tlsDriver } from './drivers/tls.js'
import { unixDriver } from './drivers/unix.js'
import type { tcpOptions, tlsOptions, unixOptions } from './options.js'

registry.register(tcpDriver)
registry.register(unixDriver)
registry.register(tlsDriver)

declare module '@camio/core' {
  interface SchemeOptions {
    tcp: OptionInput<typeof tcpOptions>
    unix: OptionInput<typeof unixOptions>
    tls: OptionInput<typeof tlsOptions>
  }
}

export { tcpDriver } from './drivers/tcp.js'
export { tlsDriver } from './drivers/tls.js'
export { unixDriver } from './drivers/unix.js'
export { tcpOptions, tlsOptions, unixOptions } from './options.js'
export { TlsStream } from './tls/stream.js'
