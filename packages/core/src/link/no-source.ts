/** Where nothing is read. */
import type { FrameSource } from './port.js'

export const NO_SOURCE: FrameSource = {
  next: () => false,
  hasMore: false,
  bytes: new Uint8Array(0),
  offset: 0,
  length: 0,
  whole: true,
  time: Number.NaN,
  handOut: () => false,
  free() {},
}
