/** Streams over what is read and written as it comes: pipes, terminals, sockets, devices. */
import { closeSync, type Stats } from 'node:fs'
import type { Stream, Target } from '@camio/core/spi'
import type { Binding, How } from './binding.js'
import { featuresOf } from './features.js'
import { NativeIo, poolIo } from './file-io.js'
import { kindOf } from './opener.js'
import { ReadyStream } from './ready-stream.js'
import { RegularStream } from './regular-stream.js'

export interface Unpositioned extends Pick<Target, 'mode' | 'uri' | 'init'> {
  readonly fd: number
  readonly stats: Stats
  readonly how: How
  /** Is `fd` ours to close? */
  readonly owned: boolean
}

/** The descriptor is the stream's from now on, or closed when there is no stream. */
export function openUnpositioned(file: Unpositioned, binding: Binding | null): Stream | Promise<Stream> {
  return binding === null ? byNode(file) : native(file, binding)
}

async function byNode(file: Unpositioned): Promise<Stream> {
  try {
    // net and tty are many modules: loaded only where this engine runs.
    const { openByNode } = await import('./unpositioned-node.js')
    return openByNode(file)
  } catch (error) {
    if (file.owned) closeSync(file.fd)
    throw error
  }
}

function native(file: Unpositioned, binding: Binding): Stream {
  const { fd, stats, how, mode, uri, init } = file
  try {
    return new ReadyStream(init(uri, featuresOf(mode, false, 'native')), { fd, kind: kindOf(stats), how }, binding)
  } catch (error) {
    // /dev/null, /dev/zero: epoll does not know what is always ready.
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return alwaysReady(file, binding)
    closeSync(fd)
    throw error
  }
}

export function alwaysReady({ fd, stats, owned, mode, uri, init }: Unpositioned, binding: Binding | null): Stream {
  return new RegularStream(init(uri, featuresOf(mode, false, binding === null ? 'node' : 'native')), {
    fd,
    kind: kindOf(stats),
    // The pool where it is not known that nothing blocks.
    io: binding === null ? poolIo : new NativeIo(binding, true),
    owned,
    offset: null,
    length: Infinity,
    append: false,
    syncAtEnd: false,
    follower: null,
  })
}
