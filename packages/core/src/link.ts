/** `@camio/core/link`: what the transports of a link share, whose messages are Ethernet frames in rings: `packet:`, `xdp:`, `netmap:`. */
export type { Losses } from './link/frame-reader.js'
export { FrameStream } from './link/frame-stream.js'
export { frameFeatures, HEADER, type Kind, MODES, TAG } from './link/frames.js'
export { NO_SOURCE } from './link/no-source.js'
export {
  Corrupt,
  type FrameFiller,
  type FrameSink,
  type FrameSource,
  type FrameTaker,
  type Port,
  type PortOwner,
} from './link/port.js'
