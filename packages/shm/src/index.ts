/** Importing this package registers `shm:`. */
import { registry } from '@camio/core'
import type { OptionInput } from '@camio/core/spi'
import { driver } from './driver.js'
import type { shmOptions } from './options.js'

registry.register(driver)

declare module '@camio/core' {
  interface SchemeOptions {
    shm: OptionInput<typeof shmOptions>
  }
}

export { driver } from './driver.js'
export { shmOptions } from './options.js'
