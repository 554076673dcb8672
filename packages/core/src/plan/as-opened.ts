/** What a stream will be for the program, before it is open. */
import { wantedFraming } from '../dress.js'
import { type Features, features } from '../features.js'
import type { Forecast } from '../forecast.js'
import { frameCodec } from '../layers/frames.js'
import { featuresThrough } from '../layers/layering.js'
import type { CoreOptionValues } from '../options.js'
import type { Resolved } from '../resolve.js'

/** The features that the program will see: the transport's, less what the mode leaves out, through the declared view and layers. */
export function asOpened({ driver, target, core, init, layers }: Resolved, forecast: Forecast): Features {
  const own = forecast.features ?? driver.features
  const { mode } = target
  const readable = own.readable && (mode === 'r' || mode === 'rw')
  const writable = own.writable && mode !== 'r'
  const inside = featuresThrough(layers.inner, features({ ...own, readable, writable }), init.limits)
  return featuresThrough(layers.outer, viewed(inside, core), init.limits)
}

/** What the view makes of them; it says the same itself once it is open. */
export function viewed(own: Features, core: CoreOptionValues): Features {
  const framing = wantedFraming(core) ?? own.framing
  if (framing === own.framing) return own
  if (framing === 'bytes') return features({ ...own, framing, mtu: Infinity, seekable: false })
  const frame = core.frame!
  const mtu = Math.min(core.maxMessage, frameCodec(frame, core.maxMessage).maxMessage)
  // What has no zero bytes on the wire is decoded and encoded by copies.
  const more = frame === 'cobs' ? 1 : 0
  const copies = { read: own.copies.read + more, write: own.copies.write + more }
  return features({ ...own, framing, mtu, seekable: false, copies })
}
