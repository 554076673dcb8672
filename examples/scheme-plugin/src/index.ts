/** Importing this package registers `ws:` and `wss:`. */
import { registry } from '@camio/core'
import type { OptionInput } from '@camio/core/spi'
import { wsDriver, wssDriver } from './driver.js'
import type { wsOptions, wssOptions } from './options.js'

registry.register(wsDriver)
registry.register(wssDriver)

declare module '@camio/core' {
  interface SchemeOptions {
    ws: OptionInput<typeof wsOptions>
    wss: OptionInput<typeof wssOptions>
  }
}

export { wsDriver, wssDriver } from './driver.js'
export { wsOptions, wssOptions } from './options.js'
