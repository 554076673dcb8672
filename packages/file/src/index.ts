/** Importing this package registers `file:`, `stdio:` and `mmap:`, and the in-kernel paths where there is a native part. */
import { registry } from '@camio/core'
import type { OptionInput } from '@camio/core/spi'
import { fileDriver } from './file-driver.js'
import { mmapDriver } from './mmap-driver.js'
import { movers } from './movers.js'
import type { fileOptions, mmapOptions, stdioOptions } from './options.js'
import { stdioDriver } from './stdio-driver.js'

registry.register(fileDriver)
registry.register(stdioDriver)
registry.register(mmapDriver)
for (const mover of movers) registry.addMover(mover)

declare module '@camio/core' {
  interface SchemeOptions {
    file: OptionInput<typeof fileOptions>
    stdio: OptionInput<typeof stdioOptions>
    mmap: OptionInput<typeof mmapOptions>
  }
}

export { fileOptions, mmapOptions, stdioOptions } from './options.js'
export { fileDriver, mmapDriver, stdioDriver }
