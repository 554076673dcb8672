/** The options of `file:`, `stdio:` and `mmap:`, parsed and range-checked by core. */
import { option } from '@camio/core/spi'

const engine = option.enum(['auto', 'native', 'node'], {
  default: 'auto',
  help: 'native (Linux) or node (node:fs); auto takes the native one where it can be loaded',
})

const offset = option.size({ default: 0, max: 2 ** 53 - 1, help: 'where to begin, in bytes from the start' })

export const fileOptions = {
  engine,
  offset,
  length: option.size({ max: 2 ** 53 - 1, help: 'reading: at most this many bytes' }),
  follow: option.bool({ help: 'reading: wait at the end for what is appended, like tail -f' }),
  perm: option.string({
    default: '0600',
    check: checkPerm,
    help: 'writing: mode of a new file, octal (less the umask)',
  }),
  fsync: option.enum(['no', 'end', 'always'], {
    default: 'no',
    help: 'writing: make it durable never, at the end, or with every write (O_DSYNC)',
  }),
  lock: option.bool({ help: 'nobody else who says so, too, may have it open at the same time (flock; Linux)' }),
} as const

export const stdioOptions = { engine } as const

export const mmapOptions = {
  offset,
  length: option.size({ max: 2 ** 53 - 1, help: 'at most this many bytes' }),
  chunk: option.size({ default: 1024 * 1024, min: 1, max: 2 ** 30, help: 'bytes that a lease shows at once' }),
  window: option.size({
    default: 256 * 1024 * 1024,
    min: 64 * 1024,
    max: 2 ** 30,
    help: 'bytes that are mapped at once',
  }),
} as const

function checkPerm(text: string): string | null {
  return /^0?[0-7]{3}$/.test(text) ? null : `is "${text}", not an octal mode such as 0600`
}
