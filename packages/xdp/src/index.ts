/** Importing this package registers `packet:`. */
import { registry } from '@camio/core'
import type { OptionInput } from '@camio/core/spi'
import type { packetOptions } from './options.js'
import { driver as packet } from './packet/driver.js'

registry.register(packet)

declare module '@camio/core' {
  interface SchemeOptions {
    packet: OptionInput<typeof packetOptions>
  }
}

export type { Losses } from './frame-reader.js'
export { FrameStream } from './frame-stream.js'
export { packetOptions } from './options.js'
export { packet }
