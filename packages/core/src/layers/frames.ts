/** The codecs, by the values of `frame=`. */
import { cobs } from './frames/cobs.js'
import type { FrameCodec } from './frames/codec.js'
import { line } from './frames/line.js'
import type { FrameName } from './frames/names.js'
import { PREFIXED } from './frames/prefixed.js'
import { unmarked } from './frames/unmarked.js'

const CODECS: Readonly<Record<Exclude<FrameName, 'none'>, FrameCodec>> = { ...PREFIXED, line, cobs }

/** @param maxMessage the largest message that may be read */
export function frameCodec(name: FrameName, maxMessage: number): FrameCodec {
  return name === 'none' ? unmarked(maxMessage) : CODECS[name]
}
