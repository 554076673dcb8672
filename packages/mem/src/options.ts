/** The options of `mem:`, parsed and range-checked by core. */
import { option } from '@camio/core/spi'

export const memOptions = {
  capacity: option.size({
    default: 1024 * 1024,
    min: 1,
    max: 2 ** 30,
    help: 'bytes that may wait to be read at this end; also the largest message',
  }),
  messages: option.int({ default: 1024, min: 1, max: 2 ** 20, help: 'messages that may wait to be read at this end' }),
  backlog: option.int({ default: 128, min: 1, max: 65_536, help: 'listen: streams that may wait to be accepted' }),
  'wait-for': option.time({ default: 0, max: 3_600_000, help: 'open: how long to wait for a listener to accept' }),
} as const
