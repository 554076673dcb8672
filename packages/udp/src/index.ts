/** Importing this package registers `udp:`. */
import { registry } from '@camio/core'
import type { OptionInput } from '@camio/core/spi'
import { driver } from './driver.js'
import type { udpOptions } from './options.js'

registry.register(driver)

declare module '@camio/core' {
  interface SchemeOptions {
    udp: OptionInput<typeof udpOptions>
  }
}

export { driver } from './driver.js'
export type { UdpListener } from './listener.js'
export type { Losses } from './losses.js'
export { udpOptions } from './options.js'
export { DatagramStream } from './stream.js'
