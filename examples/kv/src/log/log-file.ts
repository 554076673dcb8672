/** One file of groups: written in their order, and made durable as the policy says. */
import { dirname } from 'node:path'
import { fileUri, open, type Stream } from '@camio/core'
import type { Group } from './group.js'
import { syncFolder } from './sync-folder.js'

/** The first bytes of every log. */
export const MAGIC = Buffer.from('camio-kv log 2\n')

/** Is told how far the file is, and what broke it. */
export interface Progress {
  /** Groups up to number `count` are written; with `sync`, on stable storage. */
  reached(file: LogFile, count: number): void
  broke(file: LogFile, error: Error): void
}

/** From here on a piece is not copied. */
const DIRECT = 64 * 1024

export class LogFile {
  private queue: Group[] = []
  private working: Promise<void> | null = null
  private waiters: Array<() => void> = []
  /** What broke it. */
  failure: Error | null = null
  /** Groups that were handed over, and those of them that are written. */
  given = 0
  done = 0
  /** Bytes that are handed over and not written yet. */
  pending = 0

  private constructor(
    private readonly stream: Stream,
    private readonly syncs: boolean,
    private readonly progress: Progress,
    /** Bytes of the file, what is pending included. */
    public size: number,
  ) {}

  /** @param size of the file as it is; 0: it is new, and gets its first bytes */
  static async open(path: string, size: number, syncs: boolean, progress: Progress): Promise<LogFile> {
    const stream = await open(fileUri(path), { mode: 'a', maxMessage: '1GiB' })
    if (size === 0) {
      await stream.write(MAGIC)
      await stream.sync()
      syncFolder(dirname(path))
    }
    return new LogFile(stream, syncs, progress, size === 0 ? MAGIC.length : size)
  }

  /** @returns the group's number */
  add(group: Group): number {
    this.size += group.length
    this.pending += group.length
    this.queue.push(group)
    if (this.failure === null) this.working ??= this.work()
    return ++this.given
  }

  /** While one lot is written and made durable the next one gathers: that is the group commit. */
  private async work(): Promise<void> {
    try {
      while (this.queue.length > 0) {
        const lot = this.queue
        this.queue = []
        for (const group of lot) await this.write(group)
        if (this.syncs) await this.stream.sync()
        else if (!this.stream.tryFlush()) await this.stream.flush()
        this.done += lot.length
        this.tellWaiters()
        this.progress.reached(this, this.done)
      }
    } catch (error) {
      this.failure = error as Error
      this.tellWaiters()
      this.progress.broke(this, this.failure)
    } finally {
      this.working = null
    }
  }

  private async write(group: Group): Promise<void> {
    const { length } = group
    for (const piece of group.close()) if (!this.tryWrite(piece)) await this.stream.write(piece)
    this.pending -= length
  }

  /** Whatever is large goes from where it lies. */
  private tryWrite(piece: Uint8Array): boolean {
    return piece.length < DIRECT && this.stream.tryWrite(piece)
  }

  /** All that was added before this call is on stable storage. @throws what broke the file */
  async sync(): Promise<void> {
    const target = this.given
    while (this.done < target && this.failure === null) {
      await new Promise<void>((resolve) => this.waiters.push(resolve))
    }
    if (this.failure !== null) throw this.failure
    await this.stream.sync()
  }

  private tellWaiters(): void {
    const { waiters } = this
    this.waiters = []
    for (const resolve of waiters) resolve()
  }

  async close(): Promise<void> {
    await this.working
    await this.stream.close()
  }
}
