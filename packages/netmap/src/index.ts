/** Importing this package registers `netmap:` and `vale:`. */
import { registry } from '@camio/core'
import type { OptionInput } from '@camio/core/spi'
import { netmap, vale } from './driver.js'
import type { netmapOptions } from './options.js'

registry.register(netmap)
registry.register(vale)

declare module '@camio/core' {
  interface SchemeOptions {
    netmap: OptionInput<typeof netmapOptions>
    vale: OptionInput<typeof netmapOptions>
  }
}

export type { KeptFrame } from './extra.js'
export { netmapOptions } from './options.js'
export { type Granted, NetmapStream } from './stream.js'
export { netmap, vale }
