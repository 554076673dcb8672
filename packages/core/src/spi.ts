/** `@camio/core/spi`: what transports build on. Versioned by `DRIVER_ABI`. How to: docs/writing-a-scheme.md. */
export { ByteStream, type ByteStreamSizes, END, NOT_NOW, PENDING } from './bytes/byte-stream.js'
export { ChunkStream } from './bytes/chunk-stream.js'
export { BlockPool, pool } from './bytes/pool.js'
export {
  type Advert,
  type Availability,
  DRIVER_ABI,
  type Driver,
  defineDriver,
  type LocalServer,
  type Target,
} from './driver.js'
export { CamioError, type CamioErrorCode, fromSystemError, isCamioError, shorten, systemError } from './error.js'
export { type Features, features } from './features.js'
export type { Calls, Forecast } from './forecast.js'
export { Layer } from './layers/layer.js'
export {
  defineLayer,
  INNER_LAYERS,
  LAYER_HOME,
  type LayerDriver,
  type LayerName,
  type LayerTarget,
  OUTER_LAYERS,
  type PreparedLayer,
  type Refuse,
} from './layers/layer-driver.js'
export { featuresThrough, layersOf } from './layers/layering.js'
export { List } from './list.js'
export { Listener } from './listener.js'
export { type Loaded, loadNative } from './native.js'
export { NativePart, type NativeSockets } from './native-part.js'
export { CORE_OPTIONS, MODES, type Mode } from './options.js'
export { PacketReader } from './packets/packet-reader.js'
export { PacketStream } from './packets/packet-stream.js'
export { Loans } from './pipe/loans.js'
export type { KernelKind, MoveOptions, MoveResult, Mover } from './pipe/mover.js'
export { Registry, registry } from './registry.js'
export { Interest, type Selectable, Source, type Waiter } from './source.js'
export { COUNTERS, Counter, StreamStats, WRITE } from './stats.js'
export {
  type Address,
  type BatchHandler,
  type BatchWriter,
  type CloseOptions,
  DEFAULT_LIMITS,
  type KernelEnd,
  type KernelPlace,
  type LeasePlace,
  ReadInto,
  Stream,
  type StreamInit,
  type StreamLimits,
} from './stream.js'
export { encodeAddress } from './uri/parse.js'
export {
  camel,
  describeType,
  type OptionInput,
  type OptionSchema,
  type OptionSpec,
  type OptionValues,
  option,
} from './uri/schema.js'
export { nearest } from './uri/suggest.js'
export { parseDuration, parseSize } from './uri/units.js'
export { orAbort } from './wait/abort.js'
export { Deadline, within } from './wait/deadline.js'
export { Dispatcher, Epoll, type SlotBinding, type Watched } from './wait/dispatcher.js'
export { KeepAlive } from './wait/keep-alive.js'
export { addPoller, removePoller } from './wait/loop.js'
export { parseWaitStrategy, type WaitStrategy } from './wait/strategy.js'
export { WaitingListener } from './waiting-listener.js'
