/** What the streams of this package are, for each way of opening them. */
import { type Features, features, type Mode } from '@camio/core/spi'

export function featuresOf(mode: Mode, seekable: boolean, engine: string): Features {
  return features({
    readable: mode === 'r' || mode === 'rw',
    writable: mode !== 'r',
    seekable,
    engine,
    // Everybody who opens the file reads all of it; a pipe's bytes reach one reader.
    delivery: seekable ? 'each' : 'one',
  })
}
