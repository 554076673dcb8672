/**
 * Rewrites the log as what the store holds now, in the background.
 *
 * The store is walked a slice at a time; changes that happen meanwhile go to both files. They stand in the new one in the order in
 * which they happened, slices among them: a slice says what a key is at that moment, a change behind it what becomes of it, and a
 * change before it is overwritten. The new file takes the old one's name when it is on stable storage; making the name durable is left to the log.
 */
import { renameSync, rmSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import type { Store } from '../store/store.js'
import { Group } from './group.js'
import type { Log } from './log.js'
import { LogFile } from './log-file.js'

/** Bytes of a slice, about; and the buckets that it looks at, at most. */
const SLICE = 256 * 1024
const BUCKETS = 4096
/** Bytes that may wait to be written before the walk waits, too. */
const AHEAD = 8 * 1024 * 1024

export class Compaction {
  private file: LogFile | null = null
  private stopped = false
  private running: Promise<unknown> = Promise.resolve()
  /** The new file is about to take over: what is only in the old one must not be acknowledged. */
  replacing = false

  constructor(
    private readonly path: string,
    private readonly syncs: boolean,
    private readonly store: Store,
    private readonly log: Log<unknown>,
  ) {}

  static pathFor(path: string): string {
    return `${path}.compacting`
  }

  /** @returns the file that is the log now */
  run(): Promise<LogFile> {
    const running = this.rewrite()
    this.running = running.catch(() => {})
    return running
  }

  /** A change: also for the new file. @returns whether there is one */
  follow(group: Group): true | undefined {
    if (this.file === null) return undefined
    this.file.add(group)
    return true
  }

  async abandon(): Promise<void> {
    this.stopped = true
    await this.running
  }

  private async rewrite(): Promise<LogFile> {
    const path = Compaction.pathFor(this.path)
    rmSync(path, { force: true })
    const file = await LogFile.open(path, 0, this.syncs, this.log)
    try {
      this.log.cut()
      this.file = file
      await this.walk(file)
      await this.replace(file, path)
      return file
    } catch (error) {
      this.file = null
      rmSync(path, { force: true })
      await file.close().catch(() => {})
      throw error
    }
  }

  private async walk(file: LogFile): Promise<void> {
    let cursor = 0
    do {
      cursor = this.slice(file, cursor)
      do await turn()
      while (file.pending > AHEAD && !this.stopped && file.failure === null)
      if (file.failure !== null) throw file.failure
      if (this.stopped) throw new Error('the log was closed meanwhile')
    } while (cursor !== 0)
  }

  private slice(file: LogFile, from: number): number {
    // What happened before comes before it.
    this.log.cut()
    const group = new Group()
    let cursor = from
    let buckets = BUCKETS
    do cursor = this.store.scan(cursor, (entry) => group.set(entry))
    while (cursor !== 0 && group.length < SLICE && --buckets > 0)
    if (!group.empty) file.add(group)
    return cursor
  }

  private async replace(file: LogFile, path: string): Promise<void> {
    this.replacing = true
    await file.sync()
    renameSync(path, this.path)
  }
}
