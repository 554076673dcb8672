/** Reading and writing at a position, by either engine; the one thing that differs between them for regular files. */
import { readSync, writeSync } from 'node:fs'
import { systemError } from '@camio/core/spi'
import { type Binding, How } from './binding.js'
import { errno } from './errno.js'

/** `read`: the bytes are not in the page cache, and the thread would have to wait for the disk. */
export const WOULD_BLOCK = -1

/** What RWF_NOWAIT answers instead of waiting, or where it is not known. */
function isUnsure(number: number): boolean {
  const { EAGAIN, EOPNOTSUPP, EINVAL } = errno()
  return number === EAGAIN || number === EOPNOTSUPP || number === EINVAL
}

export interface FileIo {
  /** @param position -1: the descriptor's own @returns bytes, 0 at the end, or {@link WOULD_BLOCK} */
  read(fd: number, target: Uint8Array, offset: number, length: number, position: number): number
  /** As `Binding.write`. @returns bytes */
  write(fd: number, source: Uint8Array, offset: number, length: number, second: number, position: number): number
}

/** `node:fs`: reads block until the disk has delivered. */
export const nodeIo: FileIo = {
  read: (fd, target, offset, length, position) => readSync(fd, target, offset, length, position < 0 ? null : position),
  write: (fd, source, offset, length, _second, position) =>
    writeSync(fd, source, offset, length, position < 0 ? null : position),
}

/** For what may block for long: every read goes through the thread pool. */
export const poolIo: FileIo = { read: () => WOULD_BLOCK, write: nodeIo.write }

export class NativeIo implements FileIo {
  private readonly how: How
  private poolOnly = false

  /** @param memory nothing stands behind it that could block: /dev/zero, /proc */
  constructor(
    private readonly binding: Binding,
    memory: boolean,
  ) {
    this.how = memory ? How.PLAIN : How.NOWAIT
  }

  read(fd: number, target: Uint8Array, offset: number, length: number, position: number): number {
    if (this.poolOnly) return WOULD_BLOCK
    const count = this.binding.read(fd, target, offset, length, position, this.how)
    if (count >= 0) return count
    if (this.how === How.PLAIN || !isUnsure(-count)) throw systemError(count, 'read')
    // Anything but EAGAIN: this file system cannot tell whether it would block.
    this.poolOnly = count !== -errno().EAGAIN
    return WOULD_BLOCK
  }

  write(fd: number, source: Uint8Array, offset: number, length: number, second: number, position: number): number {
    const count = this.binding.write(fd, source, offset, length, second, position, How.PLAIN)
    if (count < 0) throw systemError(count, 'write')
    return count
  }
}
