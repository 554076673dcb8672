/** Importing this package registers `timer:`. */
import { registry } from '@camio/core'
import type { OptionInput } from '@camio/core/spi'
import { driver } from './driver.js'
import type { timerOptions } from './options.js'

registry.register(driver)

declare module '@camio/core' {
  interface SchemeOptions {
    timer: OptionInput<typeof timerOptions>
  }
}

export { driver } from './driver.js'
export { timerOptions } from './options.js'
export { missedTicks, TICK_SIZE, tickCount } from './tick.js'
