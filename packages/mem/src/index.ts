/** Importing this package registers `mem:`. */
import { registry } from '@camio/core'
import type { OptionInput } from '@camio/core/spi'
import { driver } from './driver.js'
import type { memOptions } from './options.js'

registry.register(driver)

declare module '@camio/core' {
  interface SchemeOptions {
    mem: OptionInput<typeof memOptions>
  }
}

export { driver } from './driver.js'
export { memOptions } from './options.js'
