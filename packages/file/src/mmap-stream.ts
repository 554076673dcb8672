/** A file's bytes lent where the kernel has them: leases are views of a private mapping, one window at a time. */
import { closeSync, fstatSync } from 'node:fs'
import { CamioError, Counter, Interest, type KernelEnd, Loans, Stream, type StreamInit } from '@camio/core/spi'
import type { Binding } from './binding.js'

/** A mapped part of the file. */
interface Window {
  readonly id: number
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

export interface MappedFile {
  readonly fd: number
  readonly start: number
  /** Where the stream ends, in bytes from the file's start; no further than the file did when it was opened. */
  readonly end: number
  /** Bytes of a lease, and of a mapping. */
  readonly chunk: number
  readonly window: number
}

const NO_LEASE = -1
/** A mover reads: nobody else may until it is done. */
const TO_MOVER = -2

export class MmapStream extends Stream {
  readonly maxClaim = 0
  /** Of the next byte to be lent. */
  private at: number
  /** Bytes before this were lent before. */
  private examined: number
  private lent = NO_LEASE
  private window: Window | null = null
  private readonly loans = new Loans()

  constructor(
    init: StreamInit,
    private readonly file: MappedFile,
    private readonly binding: Binding,
  ) {
    super(init)
    this.at = this.examined = file.start
  }

  // ---------------------------------------------------------------------------------------------------- reading

  tryRead(): Uint8Array | null {
    this.checkReadable()
    if (this.lent === TO_MOVER) throw this.misuse('ERR_CAMIO_MISUSE', 'is being read by a pipe')
    if (this.lent !== NO_LEASE)
      throw this.misuse('ERR_CAMIO_MISUSE', 'has a lease out: release it before the next read')
    if (this.error !== null) throw this.tell(this.error)
    this.checkLength()
    if (this.at >= this.file.end) return null
    const end = this.leaseEnd()
    const window = this.windowFor(this.at, end)
    this.lent = end - this.at
    this.examined = end
    this.count(this.lent)
    return window.bytes.subarray(this.at - window.start, end - window.start)
  }

  private count(length: number): void {
    const { counters } = this.stats
    counters[Counter.messages]! += 1
    counters[Counter.bytes]! += length
  }

  /** A rest is offered again with something new behind it, and at the end by itself. */
  private leaseEnd(): number {
    const { at, examined, file, limits } = this
    const end = Math.min(Math.max(at, examined) + file.chunk, file.end)
    if (end - at <= limits.maxLease) return end
    if (at + limits.maxLease > examined) return at + limits.maxLease
    throw this.tooLarge(examined - at + 1, limits.maxLease, 'a lease whose reader consumes nothing of it (max-lease)')
  }

  release(consumed = this.lent): boolean {
    const { lent } = this
    if (!this.checkRelease(lent, consumed)) return true
    this.lent = NO_LEASE
    if (this.closed) return true
    this.at += consumed
    // What was not consumed is counted when it is lent again.
    this.stats.counters[Counter.bytes]! -= lent - consumed
    return this.intact()
  }

  get ended(): boolean {
    return this.lent === NO_LEASE && this.at >= this.file.end && this.error === null
  }

  ready(): boolean {
    return this.closed || this.lent === NO_LEASE
  }
  arm(): boolean {
    return this.lent === NO_LEASE
  }
  disarm(): void {}

  // ---------------------------------------------------------------------------------------------------- truncation

  /** Is the file still as long as it was? A page beyond its end reads as zeros: see native/truncation.h. */
  private intact(): boolean {
    if (this.error !== null) return false
    const touched = this.window !== null && this.binding.mapTruncated(this.window.id)
    if (!touched && fstatSync(this.file.fd).size >= this.file.end) return true
    this.fail(new CamioError('ERR_CAMIO_TRUNCATED', `${this.uri} was truncated while it was read`, { uri: this.uri }))
    return false
  }

  private checkLength(): void {
    this.stats.counters[Counter.systemCalls]! += 1
    if (!this.intact()) throw this.tell(this.error!)
  }

  // ---------------------------------------------------------------------------------------------------- windows

  /** A lease lies in one window: where it would not, the next one begins with it. */
  private windowFor(start: number, end: number): Window {
    const { window } = this
    if (window !== null && start >= window.start && end <= window.end) return window
    this.dropWindow()
    this.window = this.map(start - (start % this.binding.pageSize), end)
    return this.window
  }

  private map(start: number, end: number): Window {
    const { file } = this
    const length = Math.min(Math.max(file.window, end - start), file.end - start)
    this.stats.counters[Counter.systemCalls]! += 1
    const { id, buffer } = this.binding.mapOpen(file.fd, start, length)
    return { id, bytes: new Uint8Array(buffer), start, end: start + length }
  }

  private dropWindow(): void {
    if (this.window !== null) this.binding.mapClose(this.window.id)
    this.window = null
  }

  // ---------------------------------------------------------------------------------------------------- position

  override get position(): number {
    return this.at
  }

  /** @throws `ERR_CAMIO_MISUSE` while a lease is out */
  override seek(position: number): void {
    if (this.lent !== NO_LEASE) throw this.misuse('ERR_CAMIO_MISUSE', 'cannot seek with a lease out')
    if (!(Number.isSafeInteger(position) && position >= 0)) {
      throw this.misuse('ERR_CAMIO_MISUSE', `cannot seek to ${position}`)
    }
    this.at = this.examined = position
  }

  override takeKernel(side: 'read' | 'write'): KernelEnd | null {
    if (side === 'write' || this.lent !== NO_LEASE || this.error !== null || this.closed) return null
    const length = Math.max(0, this.file.end - this.at)
    this.lent = TO_MOVER
    return this.loans.lend({ fd: this.file.fd, kind: 'file', offset: this.at, length, buffered: null }, (bytes) => {
      this.lent = NO_LEASE
      this.stats.counters[Counter.bytes]! += bytes
      this.at += bytes
      this.wake(Interest.READ)
    })
  }

  // ---------------------------------------------------------------------------------------------------- writing: none

  tryClaim(): never {
    this.checkWritable()
    throw this.misuse('ERR_CAMIO_NOT_WRITABLE', 'is mapped for reading')
  }
  commit(): void {
    this.tryClaim()
  }
  cancel(): void {
    this.tryClaim()
  }
  tryFlush(): boolean {
    if (this.error !== null) throw this.tell(this.error)
    return true
  }
  protected endWrite(): void {}

  // ---------------------------------------------------------------------------------------------------- the end

  /** Leases that are still held read zeros from now on. */
  protected async destroy(): Promise<void> {
    if (this.loans.any) await this.loans.recall()
    this.dropWindow()
    closeSync(this.file.fd)
  }

  /** Nothing is ever waited for. */
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}
