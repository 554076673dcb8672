/** The options that core owns for every scheme. A driver that declares one of them is refused. */

import { type CamioError, isCamioError } from './error.js'
import { FRAME_NAMES } from './layers/frames/names.js'
import { DEFAULT_LIMITS } from './stream.js'
import { type OptionInput, type OptionValues, option } from './uri/schema.js'
import { parseWaitStrategy } from './wait/strategy.js'

export const MODES = ['r', 'w', 'rw', 'a'] as const
/** `r` read, `w` write (files: created, truncated), `rw` both, `a` append. */
export type Mode = (typeof MODES)[number]

export const CORE_OPTIONS = {
  mode: option.enum(MODES, { help: 'r, w, rw or a (append); the scheme has a default' }),
  framing: option.enum(['bytes', 'messages'], {
    help: 'the view that the program wants; default: the transport’s own',
  }),
  frame: option.enum(FRAME_NAMES, { help: 'how messages are marked on a byte stream' }),
  wait: option.string({ default: 'park', help: 'park, yield, spin or spin:<time>', check: checkStrategy }),
  linger: option.time({ default: DEFAULT_LIMITS.lingerMs, max: 3_600_000, help: 'how long close() tries to deliver' }),
  'max-lease': option.size({
    default: DEFAULT_LIMITS.maxLease,
    min: 4096,
    max: 2 ** 30,
    help: 'bytes that a lease on a byte stream may grow to',
  }),
  'max-message': option.size({
    default: DEFAULT_LIMITS.maxMessage,
    min: 64,
    max: 2 ** 30,
    help: 'the largest message, and the largest claim on a byte stream',
  }),
  chaos: option.string({ help: 'seeded faults in what is read, seed:7,delay:5ms; @camio/layers' }),
  rate: option.string({ help: 'the most that passes each way, 10MiB/s or 500msg/s; @camio/layers' }),
  record: option.string({ help: 'a file for everything that passes, as pcapng; @camio/layers' }),
  fragment: option.string({ help: 'larger messages in pieces of so many bytes, 1400; @camio/layers' }),
  tee: option.string({ help: 'a URI to which everything that passes goes, too; @camio/layers' }),
} as const

/** Names that core keeps for what is passed beside the options. */
const RESERVED = ['signal', 'registry', 'require', 'prefer', 'avoid', 'prohibit', 'stagger', 'debug']

/** May no driver declare this option? */
export function isCoreOption(name: string): boolean {
  return Object.hasOwn(CORE_OPTIONS, name) || RESERVED.includes(name)
}

export type CoreOptionValues = OptionValues<typeof CORE_OPTIONS>
export type CoreOptionInput = OptionInput<typeof CORE_OPTIONS>

function checkStrategy(text: string): string | null {
  try {
    parseWaitStrategy(text)
    return null
  } catch (error) {
    if (isCamioError(error)) return `is wrong: ${(error as CamioError).message}`
    throw error
  }
}
