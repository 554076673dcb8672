/**
 * Layers that an option of core's asks for and that another package brings: `@camio/layers` has `record=`, `tee=`, `rate=`, `chaos=`
 * and `fragment=`. Core owns the names and their order around a stream; the package registers what answers to them.
 */
import type { DRIVER_ABI } from '../driver.js'
import type { CamioError } from '../error.js'
import type { Features } from '../features.js'
import type { Registry } from '../registry.js'
import type { Stream, StreamInit, StreamLimits } from '../stream.js'

/**
 * From the transport outwards: what a bad or slow network does, then what goes over it, then what that is made of. Behind them
 * stands the view that `framing=` declares.
 */
export const INNER_LAYERS = ['chaos', 'rate', 'record', 'fragment'] as const
/** Around the view: they see what the program sees. */
export const OUTER_LAYERS = ['tee'] as const

export type LayerName = (typeof INNER_LAYERS)[number] | (typeof OUTER_LAYERS)[number]

/** Where each of them lives, for the error that says what to install. */
export const LAYER_HOME = '@camio/layers'

/** An error that names the option and what is wrong with it: `why` completes "option "rate" in tcp:... ". */
export type Refuse = (why: string) => CamioError

export interface LayerDriver<Value = unknown> {
  readonly abi: typeof DRIVER_ABI
  /** The option that asks for it. */
  readonly name: LayerName
  /** Who made it: the package's name. */
  readonly id: string
  /** Reads the option's text. @throws `refuse(...)` */
  parse(text: string, refuse: Refuse): Value
  /** What a stream around one of `inner` is; the layer's own copies are in `copies`. @throws `refuse(...)` where it makes no sense */
  features(inner: Features, value: Value, limits: StreamLimits, refuse: Refuse): Features
  /** Opens what the layer needs beside the stream. Rejects with a CamioError, and leaves nothing behind then. */
  prepare(value: Value, target: LayerTarget): Promise<PreparedLayer> | PreparedLayer
}

/** Where a layer will be used. */
export interface LayerTarget {
  /** Of the stream, or the listener, as the program gave it. */
  readonly uri: string
  /** Of the stream inside, as far as they are known. */
  readonly features: Features
  /** Is it for all the streams that a listener accepts? */
  readonly listening: boolean
  readonly limits: StreamLimits
  readonly signal: AbortSignal | undefined
  readonly registry: Registry
  readonly refuse: Refuse
}

/** A layer for one stream, or for each stream of a listener. */
export interface PreparedLayer {
  /** Puts the layer around `inner`, whose closing becomes its business. */
  wrap(inner: Stream, init: Pick<StreamInit, 'limits' | 'wait'>): Stream
  /** No more streams will be wrapped: what it opened goes when the last of them is closed. */
  done(): Promise<void>
}

/** Checks the types of a layer's literal; returns it as what the registry keeps. */
export function defineLayer<Value>(driver: LayerDriver<Value>): LayerDriver {
  return driver as LayerDriver
}
