/** The values of `frame=`. By themselves, so that whoever only checks options loads no codec. */
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
