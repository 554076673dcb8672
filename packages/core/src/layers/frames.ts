/** The values of `frame=`, by name. */
import { cobs } from './frames/cobs.js'
import type { FrameCodec } from './frames/codec.js'
import { line } from './frames/line.js'
import { PREFIXED } from './frames/prefixed.js'
import { unmarked } from './frames/unmarked.js'

export const FRAME_NAMES = [
  'u8',
  'u16',
  'u16le',
  'u32',
  'u32le',
  'u64',
  'u64le',
  'varint',
  'line',
  'cobs',
  'none',
] as const

export type FrameName = (typeof FRAME_NAMES)[number]

const CODECS: Readonly<Record<Exclude<FrameName, 'none'>, FrameCodec>> = { ...PREFIXED, line, cobs }

/** @param maxMessage the largest message that may be read */
export function frameCodec(name: FrameName, maxMessage: number): FrameCodec {
  return name === 'none' ? unmarked(maxMessage) : CODECS[name]
}
