/** Importing this package registers the layers `record`, `tee`, `rate`, `chaos`, `fragment` and the scheme `replay:`. */
import { registry } from '@camio/core'
import type { OptionInput } from '@camio/core/spi'
import { chaos } from './chaos/layer.js'
import { fragment } from './fragment/layer.js'
import { rate } from './rate/layer.js'
import { record } from './record/layer.js'
import { driver } from './replay/driver.js'
import type { replayOptions } from './replay/options.js'
import { tee } from './tee/layer.js'

export const layers = [chaos, rate, record, fragment, tee] as const

for (const layer of layers) registry.addLayer(layer)
registry.register(driver)

declare module '@camio/core' {
  interface SchemeOptions {
    replay: OptionInput<typeof replayOptions>
  }
}

export { driver } from './replay/driver.js'
export { replayOptions } from './replay/options.js'
