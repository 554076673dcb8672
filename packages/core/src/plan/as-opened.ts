/** What a stream will be for the program, before it is open. */
import { wantedFraming } from '../dress.js'
import { type Features, features } from '../features.js'
import type { Forecast } from '../forecast.js'
import { frameCodec } from '../layers/frames.js'
import type { CoreOptionValues } from '../options.js'
import type { Resolved } from '../resolve.js'

/** The features that the program will see: the transport's, less what the mode leaves out, through the declared view. */
export function asOpened({ driver, target, core }: Resolved, forecast: Forecast): Features {
  const own = forecast.features ?? driver.features
  const { mode } = target
  const readable = own.readable && (mode === 'r' || mode === 'rw')
  const writable = own.writable && mode !== 'r'
  return features({ ...own, readable, writable, ...viewed(own, core) })
}

/** What the view makes of them; it says the same itself once it is open. */
function viewed(own: Features, core: CoreOptionValues): Partial<Features> {
  const framing = wantedFraming(core) ?? own.framing
  if (framing === own.framing) return {}
  if (framing === 'bytes') return { framing, mtu: Infinity, seekable: false }
  const frame = core.frame!
  const mtu = Math.min(core.maxMessage, frameCodec(frame, core.maxMessage).maxMessage)
  // What has no zero bytes on the wire is decoded and encoded by copies.
  const more = frame === 'cobs' ? 1 : 0
  const copies = { read: own.copies.read + more, write: own.copies.write + more }
  return { framing, mtu, seekable: false, copies }
}
