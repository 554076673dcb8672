/** The options of `shm:`, parsed and range-checked by core. */
import { option } from '@camio/core/spi'
import { MAX_CAPACITY, MIN_CAPACITY } from './ring/layout.js'

export const shmOptions = {
  policy: option.enum(['strict', 'drop-oldest'], {
    help: 'with mode=r or w: strict (the reader has the name, nothing is lost) or drop-oldest (the writer has it, and never waits)',
  }),
  capacity: option.size({
    default: 1024 * 1024,
    min: MIN_CAPACITY,
    max: MAX_CAPACITY,
    check: checkCapacity,
    help: 'bytes of a ring that this end makes, a power of two; the largest message is half of it less 8',
  }),
  'wait-for': option.time({ default: 0, max: 3_600_000, help: 'open: how long to wait for somebody to have the name' }),
  'connect-timeout': option.time({
    default: 30_000,
    min: 1,
    max: 3_600_000,
    help: 'open: how long the owner of the name may take to answer',
  }),
  stay: option.bool({ help: 'mode=r, strict: do not end when the last writer has ended' }),
  backlog: option.int({ default: 128, min: 1, max: 65_535, help: 'listen: streams that may wait to be accepted' }),
  peers: option.int({
    default: 1024,
    min: 1,
    max: 65_535,
    help: 'named rings: how many others may be connected at once',
  }),
  perm: option.enum(['0600', '0660', '0666'], {
    default: '0600',
    help: 'who may connect: the own user, the members of group= too, or everybody',
  }),
  group: option.int({ min: 0, max: 2 ** 32 - 1, help: 'the group of perm=0660, by number; default: the own one' }),
  owner: option.string({
    default: 'same',
    check: checkOwner,
    help: 'open: whose name it may be: same (the own user), any, or a user’s number',
  }),
} as const

function checkCapacity(size: number): string | null {
  return (size & (size - 1)) === 0 ? null : `is ${size}, not a power of two such as 64KiB or 1MiB`
}

function checkOwner(text: string): string | null {
  return /^(same|any|\d{1,10})$/.test(text) ? null : `is "${text}", not same, any or a user’s number`
}
