/** `@camio/core`: what programs use. Whoever writes a transport imports `@camio/core/spi` as well. */
export type { Availability, Driver } from './driver.js'
export { CamioError, type CamioErrorCode, isCamioError } from './error.js'
export type {
  Costs,
  ExplainedCandidate,
  ExplainedEnd,
  Explanation,
  Measured,
} from './explain/explanation.js'
export { type ExplainOptions, explain } from './explain.js'
export type { Features } from './features.js'
export type { Listener } from './listener.js'
export {
  type ListenOptions,
  listen,
  type OpenControl,
  type OpenOptions,
  open,
  type RaceControl,
  type SchemeOptions,
} from './open.js'
export type { CoreOptionInput, Mode } from './options.js'
export { PipeError, type PipeOptions, type PipePath, type PipeResult, pipe } from './pipe/pipe.js'
export { parseCandidates } from './plan/candidates.js'
export type { CandidateReport, Fate, NoCandidate } from './plan/no-candidate.js'
export type { Needs, Wish } from './plan/wishes.js'
export { KNOWN_SCHEMES, Registry, registry } from './registry.js'
export { type SelectItem, select } from './select.js'
export { type MemberOptions, type SelectFor, type SelectOptions, Selector } from './selector.js'
export type { Selectable } from './source.js'
export type { DirectionStats, StreamStats } from './stats.js'
export {
  type Address,
  type BatchHandler,
  type BatchWriter,
  type CloseOptions,
  isStream,
  type Stream,
} from './stream.js'
export { encodeAddress, fileUri, type ParsedUri, parseUri } from './uri/parse.js'
export type { WaitOptions } from './wait/wait.js'
