/** Puts around a driver's stream what the program asked for: the view it declared, and the layers. */
import { CamioError, shorten } from './error.js'
import type { Features } from './features.js'
import { BytesView } from './layers/bytes-view.js'
import { framed } from './layers/framed.js'
import type { PreparedLayers } from './layers/layering.js'
import { LeaseGuard } from './layers/lease-guard.js'
import type { CoreOptionValues } from './options.js'
import type { Stream, StreamInit } from './stream.js'

type Init = Pick<StreamInit, 'limits' | 'wait'>

/** @throws `ERR_CAMIO_BAD_OPTION` before anything is opened, when the view cannot be had */
export function checkFraming(own: Features, options: CoreOptionValues, uri: string): void {
  const wanted = wantedFraming(options)
  const refuse = (why: string) => new CamioError('ERR_CAMIO_BAD_OPTION', `${shorten(uri)}: ${why}`, { uri })
  if (wanted === 'bytes' && options.frame !== undefined) throw refuse('frame= needs framing=messages')
  if (wanted === 'messages' && own.framing === 'bytes' && options.frame === undefined) {
    throw refuse('framing=messages on a byte stream needs frame=, the same at both ends')
  }
  if (wanted === 'bytes' && own.framing === 'messages' && !(own.reliable && own.ordered)) {
    throw refuse('framing=bytes needs a reliable, ordered transport')
  }
}

/** `frame=` alone says enough. */
export function wantedFraming(options: CoreOptionValues): 'bytes' | 'messages' | undefined {
  return options.framing ?? (options.frame === undefined ? undefined : 'messages')
}

/**
 * @param layers those that the options ask for, if there are any
 * @throws `ERR_CAMIO_BAD_OPTION` where the stream is not what the driver's features said; it is being closed then, with what is around it
 */
export function dress(stream: Stream, options: CoreOptionValues, init: Init, layers: PreparedLayers | null): Stream {
  try {
    const inside = layers === null ? stream : layers.inner(stream, init)
    const view = viewed(inside, options, init)
    return guarded(layers === null ? view : layers.outer(view, init), init)
  } catch (error) {
    // What was opened and is not what the program asked for is not left behind, nor is what a layer around it holds.
    stream
      .outermost()
      .close({ discard: true })
      .catch(() => {})
    throw error
  }
}

function viewed(stream: Stream, options: CoreOptionValues, init: Init): Stream {
  const wanted = wantedFraming(options) ?? stream.features.framing
  if (wanted === stream.features.framing) return stream
  // Only now is it known what the stream is: a driver's features say what most of its streams are.
  checkFraming(stream.features, options, stream.uri)
  return wanted === 'bytes' ? new BytesView(stream, init) : framed(stream, init, options.frame!)
}

function guarded(stream: Stream, init: Init): Stream {
  return asksForGuard() ? new LeaseGuard(stream, init) : stream
}

/** `CAMIO_DEBUG=lease` */
export function asksForGuard(): boolean {
  return process.env.CAMIO_DEBUG?.split(',').includes('lease') ?? false
}
