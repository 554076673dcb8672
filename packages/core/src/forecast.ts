/** What a driver says of a stream before it is open: what the planner and `explain` go by. */
import type { Features } from './features.js'
import type { KernelPlace } from './stream-types.js'

/** What the stream's counters will say that one message costs which travels alone. Messages that come together share it. */
export interface Calls {
  readonly systemCalls: number
  readonly wakeUps: number
}

/** Of the streams that a target's `open` would give. What is left out is not known, or not to be had. */
export interface Forecast {
  /** Where this very target's streams differ from the driver's `features`. */
  readonly features?: Features
  /** What kind of descriptor `takeKernel` will lend. */
  readonly kernel?: KernelPlace['kind'] | null
  /** `Stream.readsInto` */
  readonly readsInto?: boolean
  /** `Stream.region` */
  readonly region?: object
  /** User-space copies that a rest costs which straddles two leases, when a frame is looked for: 1 if not said. */
  readonly joins?: number
  readonly read?: Calls
  readonly write?: Calls
}
