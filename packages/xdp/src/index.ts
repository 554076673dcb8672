/** Importing this package registers `packet:` and `xdp:`. */
import { registry } from '@camio/core'
import type { OptionInput } from '@camio/core/spi'
import type { packetOptions, xdpOptions } from './options.js'
import { driver as packet } from './packet/driver.js'
import { driver as xdp } from './xdp/driver.js'

registry.register(packet)
registry.register(xdp)

declare module '@camio/core' {
  interface SchemeOptions {
    packet: OptionInput<typeof packetOptions>
    xdp: OptionInput<typeof xdpOptions>
  }
}

export { FrameStream, type Losses } from '@camio/core/link'
export { packetOptions, xdpOptions } from './options.js'
export { XdpStream } from './xdp/stream.js'
export { packet, xdp }
