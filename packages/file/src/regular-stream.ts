/**
 * Files that are read and written at a position: regular files, block devices, and character devices that never block.
 *
 * Reads are made on this thread while the page cache has the bytes, and by the thread pool while it has not. Small writes, which
 * only fill the page cache, are made on this thread, large ones by the pool.
 */
import { closeSync, fdatasync, read, write } from 'node:fs'
import type { WaitOptions } from '@camio/core'
import {
  ByteStream,
  type CloseOptions,
  Counter,
  END,
  fromSystemError,
  Interest,
  type KernelEnd,
  type KernelPlace,
  NOT_NOW,
  PENDING,
  ReadInto,
  type StreamInit,
  WRITE,
} from '@camio/core/spi'
import { type FileIo, WOULD_BLOCK } from './file-io.js'
import type { Follower } from './follower.js'

/** Writes up to this size are made on the JavaScript thread. */
const SMALL_WRITE = 64 * 1024

export interface RegularFile {
  readonly fd: number
  readonly kind: KernelEnd['kind']
  readonly io: FileIo
  /** Is `fd` ours to close? */
  readonly owned: boolean
  /** Where to read and write first; `null`: at the descriptor's own position, which others may share. */
  readonly offset: number | null
  /** Bytes that may be read at most. */
  readonly length: number
  /** Every write goes to the end of the file, wherever that is by then. */
  readonly append: boolean
  readonly syncAtEnd: boolean
  readonly follower: Follower | null
}

export class RegularStream extends ByteStream {
  private readAt: number
  private writeAt: number
  /** Where reading ends (`length=`), or Infinity. */
  private readonly limit: number
  /** Are positions ours, or the descriptor's? */
  private readonly own: boolean
  /** Bytes are being read into the memory of somebody else, which must not be done behind its back. */
  private intoForeign = false
  /** What is asked for has to be waited for: the pool reads it. */
  private needsPool = false
  /** A read of the thread pool is under way. */
  private poolReads = false
  /** What it reads was asked for before a `seek`. */
  private stale = false
  /** Calls of the thread pool under way, and who waits for their end. */
  private poolCalls = 0
  private idle: (() => void) | null = null
  private synced = false

  constructor(
    init: StreamInit,
    private readonly file: RegularFile,
  ) {
    super(init)
    this.own = file.offset !== null
    this.readAt = file.offset ?? -1
    this.writeAt = file.append ? -1 : this.readAt
    this.limit = file.length + (file.offset ?? 0)
    file.follower?.watch(() => this.grown())
  }

  // ---------------------------------------------------------------------------------------------------- reading

  protected pull(target: Uint8Array, offset: number, length: number): number {
    const most = Math.min(length, this.limit - this.readAt)
    if (most <= 0) return END
    const { file } = this
    this.stats.counters[Counter.systemCalls]! += 1
    if (this.needsPool) return this.pullInPool(target, offset, most)
    const count = file.io.read(file.fd, target, offset, most, this.readAt)
    if (count === WOULD_BLOCK) {
      if (!this.intoForeign) return this.pullInPool(target, offset, most)
      this.needsPool = true
      return NOT_NOW
    }
    return count === 0 ? this.atFileEnd() : this.taken(count)
  }

  private pullInPool(target: Uint8Array, offset: number, length: number): number {
    this.poolReads = true
    this.poolCalls += 1
    read(this.file.fd, target, offset, length, this.own ? this.readAt : null, (error, count) => {
      this.poolReads = false
      if (this.stale) this.filled(0)
      else if (error) this.failPulling(error)
      else this.filled(count === 0 ? this.atFileEnd() : this.taken(count))
      this.stale = false
      this.poolDone()
    })
    return PENDING
  }

  private failPulling(error: Error): void {
    this.onlyWritingFailed = false
    this.fail(fromSystemError(error, this.uri, 'cannot read'))
    this.filled(0)
  }

  private taken(count: number): number {
    if (this.own) this.readAt += count
    return count
  }

  /** {@link END}, unless more may be appended. */
  private atFileEnd(): number {
    const { follower } = this.file
    if (follower === null) return END
    if (follower.truncatedBelow(this.readAt)) {
      // Like tail -f, which says "file truncated" and goes on with the new beginning.
      this.stats.counters[Counter.overruns]! += 1
      this.readAt = 0
    }
    return NOT_NOW
  }

  /** `pull` never fills foreign memory in the pool, so the sink's claim may be read into. */
  override get readsInto(): boolean {
    return true
  }

  override readInto(target: Uint8Array): number {
    if (this.poolReads) return ReadInto.NOT_NOW
    const count = this.readForeign(target)
    if (!this.needsPool) return count
    // Nobody would tell when the bytes have come: the pool gets them into the window, and tells.
    try {
      return this.readByWindow(target)
    } finally {
      this.needsPool = false
    }
  }

  private readForeign(target: Uint8Array): number {
    this.intoForeign = true
    try {
      return super.readInto(target)
    } finally {
      this.intoForeign = false
    }
  }

  protected armPull(): boolean {
    const { follower } = this.file
    return follower === null || follower.arm(this.readAt)
  }

  protected disarmPull(): void {
    this.file.follower?.disarm()
  }

  private grown(): void {
    this.wake(Interest.READ)
  }

  // ---------------------------------------------------------------------------------------------------- writing

  protected push(source: Uint8Array, offset: number, length: number, second: number): number {
    if (length + second > SMALL_WRITE) return this.pushInPool(source, offset, length)
    const { file } = this
    this.stats.counters[WRITE + Counter.systemCalls]! += 1
    return this.put(file.io.write(file.fd, source, offset, length, second, this.writeAt))
  }

  /** Writes all of it, so that a large write is one wake-up. */
  private pushInPool(source: Uint8Array, offset: number, length: number): number {
    this.poolCalls += 1
    let done = 0
    const next = () => {
      this.stats.counters[WRITE + Counter.systemCalls]! += 1
      const position = this.writeAt < 0 ? null : this.writeAt
      write(this.file.fd, source, offset + done, length - done, position, (error, count) => {
        if (error === null) done += this.put(count)
        if (error === null && count > 0 && done < length && !this.closed) return next()
        if (error !== null) this.failPushing(error)
        this.pushed(done)
        this.poolDone()
      })
    }
    next()
    return PENDING
  }

  private failPushing(error: Error): void {
    this.onlyWritingFailed ||= this.error === null
    this.fail(fromSystemError(error, this.uri, 'cannot write'))
  }

  private put(count: number): number {
    if (this.writeAt >= 0) this.writeAt += count
    return count
  }

  /** The page cache takes whatever comes; a full disk is an error. */
  protected armPush(): boolean {
    return true
  }
  protected disarmPush(): void {}

  // ---------------------------------------------------------------------------------------------------- position

  /** Of the next byte to be lent; of a stream that is only written, of the next byte to be committed. */
  override get position(): number {
    if (!this.features.seekable) return super.position
    if (this.features.readable) return this.readAt - this.window.length
    return this.writeAt < 0 ? this.readAt : this.writeAt + this.ring.pending
  }

  /**
   * Goes on reading and writing at `position`; `length=` still ends reading where it did.
   * @throws `ERR_CAMIO_MISUSE` while a lease or claim is out, or something committed is not written yet: `flush()` first
   */
  override seek(position: number): void {
    if (!this.features.seekable) super.seek(position)
    if (!(Number.isSafeInteger(position) && position >= 0)) {
      throw this.misuse('ERR_CAMIO_MISUSE', `cannot seek to ${position}`)
    }
    if ((this.reading && !this.poolReads) || this.writing) {
      throw this.misuse('ERR_CAMIO_MISUSE', 'cannot seek with a lease, a claim or committed data out')
    }
    this.stale = this.poolReads
    this.window.consume(this.window.length)
    this.atEnd = false
    this.readAt = position
    if (this.writeAt >= 0) this.writeAt = position
  }

  // ---------------------------------------------------------------------------------------------------- in the kernel

  override takeKernel(side: 'read' | 'write'): KernelEnd | null {
    if (side === 'write') return this.lendWriting(this.place(this.writeAt, null))
    return this.file.follower === null ? this.lendReading(this.place(this.readAt, this.rest)) : null
  }

  private get rest(): number | null {
    return this.limit === Infinity ? null : Math.max(0, this.limit - this.readAt)
  }

  private place(at: number, length: number | null): KernelPlace {
    const { fd, kind } = this.file
    return { fd, kind, offset: at < 0 ? null : at, length }
  }

  protected override movedInKernel(side: 'read' | 'write', bytes: number): void {
    if (side === 'read') this.taken(bytes)
    else this.put(bytes)
  }

  // ---------------------------------------------------------------------------------------------------- the end

  override async sync(options?: WaitOptions): Promise<void> {
    this.checkWritable()
    await this.flush(options)
    await this.makeDurable()
  }

  protected async endWrite(): Promise<void> {
    if (!this.file.syncAtEnd) return
    this.synced = true
    await this.makeDurable()
  }

  /** What the system could not store it forgets: a second call would say that all is well. */
  private async makeDurable(): Promise<void> {
    this.stats.counters[WRITE + Counter.systemCalls]! += 1
    this.poolCalls += 1
    try {
      await sync(this.file.fd)
    } catch (error) {
      const failure = fromSystemError(error, this.uri, 'cannot make durable')
      this.onlyWritingFailed ||= this.error === null
      this.fail(failure)
      throw this.tell(failure)
    } finally {
      this.poolDone()
    }
  }

  /** With `fsync=end` it ends the stream first, so that a failure is told. */
  override async close(options?: CloseOptions): Promise<void> {
    const first = this.file.syncAtEnd && !this.synced && !this.closed && !options?.discard && this.error === null
    try {
      if (first) await this.end()
    } finally {
      await super.close(options)
    }
  }

  protected async closeTransport(): Promise<void> {
    this.file.follower?.close()
    if (this.poolCalls > 0) {
      await new Promise<void>((resolve) => {
        this.idle = resolve
      })
    }
    if (this.file.owned) closeSync(this.file.fd)
  }

  private poolDone(): void {
    this.poolCalls -= 1
    if (this.poolCalls === 0) this.idle?.()
  }

  ref(): this {
    this.file.follower?.ref()
    return this
  }

  unref(): this {
    this.file.follower?.unref()
    return this
  }
}

function sync(fd: number): Promise<void> {
  return new Promise((resolve, reject) => fdatasync(fd, (error) => (error ? reject(error) : resolve())))
}
