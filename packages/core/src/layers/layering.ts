/** The layers that a URI's options ask for: found, checked and put around a stream. */
import type { Features } from '../features.js'
import type { CoreOptionValues } from '../options.js'
import type { Registry } from '../registry.js'
import type { Stream, StreamInit, StreamLimits } from '../stream.js'
import { badOption } from '../uri/schema.js'
import {
  INNER_LAYERS,
  type LayerDriver,
  type LayerName,
  type LayerTarget,
  OUTER_LAYERS,
  type PreparedLayer,
  type Refuse,
} from './layer-driver.js'

/** A layer and what its option says. */
export interface LayerUse {
  readonly driver: LayerDriver
  readonly value: unknown
  readonly refuse: Refuse
}

/** From the inside outwards; the view that `framing=` declares stands between the two. */
export interface Layering {
  readonly inner: readonly LayerUse[]
  readonly outer: readonly LayerUse[]
}

const NONE: Layering = { inner: [], outer: [] }

/** @throws `ERR_CAMIO_BAD_OPTION`; `ERR_CAMIO_UNAVAILABLE` where the layer's package was not imported */
export function layersOf(options: Partial<CoreOptionValues>, registry: Registry, uri: string): Layering {
  const use = (name: LayerName): LayerUse[] => {
    const text = options[name]
    if (text === undefined) return []
    const refuse: Refuse = (why) => badOption(name, why, uri)
    const driver = registry.layer(name, uri)
    return [{ driver, value: driver.parse(text, refuse), refuse }]
  }
  const [inner, outer] = [INNER_LAYERS.flatMap(use), OUTER_LAYERS.flatMap(use)]
  return inner.length + outer.length === 0 ? NONE : { inner, outer }
}

/** The features of a stream around which these layers are. @throws `ERR_CAMIO_BAD_OPTION` */
export function featuresThrough(uses: readonly LayerUse[], own: Features, limits: StreamLimits): Features {
  return uses.reduce((inside, { driver, value, refuse }) => driver.features(inside, value, limits, refuse), own)
}

export interface PreparedLayers {
  inner(stream: Stream, init: Pick<StreamInit, 'limits' | 'wait'>): Stream
  outer(stream: Stream, init: Pick<StreamInit, 'limits' | 'wait'>): Stream
  done(): Promise<void>
}

/**
 * Opens what the layers need.
 * @param own the transport's features, and what the view makes of them
 */
export async function prepareLayers(
  layering: Layering,
  own: Features,
  viewed: (inside: Features) => Features,
  target: Omit<LayerTarget, 'features' | 'refuse'>,
): Promise<PreparedLayers> {
  const ready: PreparedLayer[] = []
  let features = own
  const prepareAll = async (uses: readonly LayerUse[]): Promise<readonly PreparedLayer[]> => {
    const from = ready.length
    for (const { driver, value, refuse } of uses) {
      const around = driver.features(features, value, target.limits, refuse)
      ready.push(await driver.prepare(value, { ...target, features, refuse }))
      features = around
    }
    return ready.slice(from)
  }
  const done = async () => {
    const outcomes = await Promise.allSettled(ready.map((layer) => layer.done()))
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }
  try {
    const inner = await prepareAll(layering.inner)
    features = viewed(features)
    const outer = await prepareAll(layering.outer)
    return {
      inner: (stream, init) => inner.reduce((inside, layer) => layer.wrap(inside, init), stream),
      outer: (stream, init) => outer.reduce((inside, layer) => layer.wrap(inside, init), stream),
      done,
    }
  } catch (error) {
    // What matters is why it failed.
    await done().catch(() => {})
    throw error
  }
}
