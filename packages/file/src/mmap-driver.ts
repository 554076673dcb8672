/** `mmap:PATH`: a file's bytes without a copy. */
import { closeSync, readSync, type Stats } from 'node:fs'
import { CamioError, defineDriver, features, type Stream, type Target } from '@camio/core/spi'
import { loadBinding } from './binding.js'
import { MmapStream } from './mmap-stream.js'
import { tryOpen } from './opener.js'
import { mmapOptions } from './options.js'
import { pathOf } from './path.js'

const FEATURES = features({ readable: true, writable: false, seekable: true, delivery: 'each', engine: 'native' })

export const mmapDriver = defineDriver({
  abi: 1,
  scheme: 'mmap',
  id: '@camio/file',
  help: 'a regular file as memory, lent without a copy',
  addressForm: 'PATH',
  options: mmapOptions,
  modes: ['r'],
  features: FEATURES,

  available() {
    const { binding, reason } = loadBinding()
    return binding === null ? { ok: false, reason: reason! } : { ok: true, engine: 'native' }
  },

  // Each lease asks whether the file is as long as it was. A rest lies where what follows it does.
  forecast: () => ({ kernel: 'file', joins: 0, read: { systemCalls: 1, wakeUps: 0 } }),

  open,
})

function open({ address, uri, mode, options, signal, init }: Target<typeof mmapOptions>): Stream {
  const { binding, reason } = loadBinding()
  if (binding === null) throw new CamioError('ERR_CAMIO_UNAVAILABLE', `${uri}: ${reason}; file: works`, { uri })
  const path = pathOf(address, uri)
  const { offset, chunk, window } = options
  // Only writers wait for their peer.
  const { fd, stats } = tryOpen({ path, uri, mode, perm: 0, offset, durable: false, signal })!
  const unfit = cannotMap(fd, stats)
  if (unfit !== null) {
    closeSync(fd)
    throw new CamioError('ERR_CAMIO_UNSUPPORTED', `${uri} ${unfit}; file: reads it`, { uri })
  }
  const end = Math.min(stats.size, offset + (options.length ?? Infinity))
  return new MmapStream(init(uri, FEATURES), { fd, start: offset, end, chunk, window }, binding)
}

/** @returns why not, or `null` */
function cannotMap(fd: number, stats: Stats): string | null {
  if (!stats.isFile()) return 'is no regular file'
  return stats.size === 0 && hasContent(fd) ? 'says that its size is 0, and has content' : null
}

/** Files in /proc and /sys are made as they are read, and say no size: proc(5). */
function hasContent(fd: number): boolean {
  try {
    return readSync(fd, Buffer.alloc(1), 0, 1, 0) > 0
  } catch {
    return true
  }
}
