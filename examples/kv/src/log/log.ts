/**
 * The append-only log: hears of every change of the store, writes it by groups, and says what may be acknowledged.
 *
 * Under `fsync=always` nothing leaves the server that tells of a change which is not on stable storage; what one turn of the event
 * loop changed, and what came while the group before it was written, is made durable by one fdatasync.
 */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Stream } from '@camio/core'
import type { Entry } from '../store/entry.js'
import type { Journal, Store } from '../store/store.js'
import { Compaction } from './compaction.js'
import { Group } from './group.js'
import { lock } from './lock.js'
import { LogFile, type Progress } from './log-file.js'
import { type Replayed, replay } from './replay.js'
import { syncFolder } from './sync-folder.js'

export type Fsync = 'always' | 'everysec' | 'no'

export interface LogOptions {
  readonly path: string
  readonly fsync: Fsync
  /** Cut off what is behind a damaged group. */
  readonly repair: boolean
  /** Bytes from which on it is worth rewriting the log, when it has doubled since the last time. */
  readonly compactFrom: number
}

/** Is told what becomes of the log. None of it may throw. */
export interface LogOwner<Held> {
  /** What these wait for is durable. */
  durable(held: readonly Held[]): void
  /** What these wait for never will be. */
  lost(held: readonly Held[]): void
  /** It cannot be written any more: told once. */
  failed(error: Error): void
}

/** A group that is larger gets nothing more: it is read in one lease, which a key and its value must fit, too. */
const GROUP = 1024 * 1024
/** What was renamed goes from its old key together with what was set before. */
const GROUP_WITH_DELETIONS = 8 * 1024 * 1024
/** Bytes that may wait to be written before whoever changes something has to wait, too. */
const BACKLOG = 64 * 1024 * 1024
const SECOND = 1000

/** @typeParam Held whoever waits until what it says is durable */
export class Log<Held> implements Journal, Progress {
  private group = new Group()
  /** Groups that were cut, and those that may be acknowledged. */
  private cuts = 0
  private durable = 0
  private held: Array<{ readonly mark: number; readonly one: Held }> = []
  private compaction: Compaction | null = null
  /** The size after which it is rewritten. */
  private threshold: number
  private readonly timer: NodeJS.Timeout | undefined
  private syncing = false
  private closing = false
  /** What broke it: nothing can be changed any more. */
  failed: Error | null = null
  compactions = 0

  private constructor(
    private readonly options: LogOptions,
    private readonly store: Store,
    private file: LogFile,
    private readonly owner: LogOwner<Held>,
    private readonly lock: Stream | null,
  ) {
    this.threshold = Math.max(options.compactFrom, file.size * 2)
    if (options.fsync === 'everysec') this.timer = setInterval(() => this.syncNow(), SECOND).unref()
  }

  /**
   * Replays what is there, then goes on behind it.
   * @throws `ERR_CAMIO_ADDRESS_IN_USE` where another server does; what `replay` and `open` throw
   */
  static async open<Held>(
    options: LogOptions,
    store: Store,
    owner: LogOwner<Held>,
  ): Promise<{ log: Log<Held>; replayed: Replayed }> {
    const held = await lock(options.path)
    try {
      return await Log.begin(options, store, owner, held)
    } catch (error) {
      await held?.close()
      throw error
    }
  }

  private static async begin<Held>(
    options: LogOptions,
    store: Store,
    owner: LogOwner<Held>,
    held: Stream | null,
  ): Promise<{ log: Log<Held>; replayed: Replayed }> {
    rmSync(Compaction.pathFor(options.path), { force: true })
    // Nothing expires until all is read: what a later record says of a key may be that it stays.
    store.now = 0
    const replayed = await replay(options.path, store, options.repair)
    store.now = Date.now()
    let log: Log<Held> | null = null
    const file = await LogFile.open(options.path, replayed.size, options.fsync === 'always', {
      reached: (from, count) => log!.reached(from, count),
      broke: (from, error) => log!.broke(from, error),
    })
    log = new Log(options, store, file, owner, held)
    store.journal = log
    return { log, replayed }
  }

  get size(): number {
    return this.file.size + this.group.length
  }

  get compacting(): boolean {
    return this.compaction !== null
  }

  // ---------------------------------------------------------------------------------------------------- the journal

  set(entry: Entry): void {
    this.limitGroup(GROUP)
    this.group.set(entry)
  }

  appended(entry: Entry, bytes: Uint8Array): void {
    this.limitGroup(GROUP)
    this.group.append(entry, bytes)
  }

  expiry(entry: Entry): void {
    this.limitGroup(GROUP)
    this.group.expire(entry)
  }

  deleted(entry: Entry): void {
    this.limitGroup(GROUP_WITH_DELETIONS)
    this.group.delete(entry)
  }

  flushed(): void {
    this.group.flush()
  }

  private limitGroup(length: number): void {
    if (this.group.length > length) this.cut()
  }

  /** Ends the group: what comes now is behind it. */
  cut(): void {
    if (this.group.empty) return
    const { group } = this
    this.group = new Group()
    // Only what expired, and will do so again: nobody changes anything now.
    if (this.failed !== null) return
    const rewritten = this.compaction?.follow(group)
    this.cuts = this.file.add(group)
    if (rewritten === undefined) this.considerCompaction()
  }

  // ---------------------------------------------------------------------------------------------------- acknowledging

  /** Must what is said now wait? */
  get holding(): boolean {
    if (this.failed !== null) return false
    if (this.options.fsync === 'always') return !this.group.empty || this.cuts > this.durable
    return this.file.pending > BACKLOG
  }

  /** `one` waits until all that happened so far is durable. */
  hold(one: Held): void {
    this.held.push({ mark: this.group.empty ? this.cuts : this.cuts + 1, one })
  }

  /** The end of a turn. */
  commit(): void {
    this.cut()
  }

  reached(file: LogFile, count: number): void {
    if (file !== this.file || this.compaction?.replacing) return
    this.acknowledge(count)
  }

  private acknowledge(count: number): void {
    this.durable = count
    const { held } = this
    let done = 0
    while (done < held.length && held[done]!.mark <= count) done++
    if (done === 0) return
    this.held = held.slice(done)
    this.owner.durable(held.slice(0, done).map(({ one }) => one))
  }

  broke(file: LogFile, error: Error): void {
    if (file !== this.file || this.failed !== null) return
    this.failed = error
    this.owner.failed(error)
    const held = this.held.map(({ one }) => one)
    this.held = []
    // Else nobody was promised anything.
    if (this.options.fsync === 'always') this.owner.lost(held)
    else this.owner.durable(held)
  }

  private syncNow(): void {
    if (this.syncing || this.failed !== null) return
    this.syncing = true
    const { file } = this
    file
      .sync()
      .catch((error: Error) => this.broke(file, error))
      .finally(() => {
        this.syncing = false
      })
  }

  // ---------------------------------------------------------------------------------------------------- rewriting

  private considerCompaction(): void {
    if (this.file.size < this.threshold || this.compaction !== null) return
    this.compaction = new Compaction(this.options.path, this.options.fsync === 'always', this.store, this)
    this.compaction.run().then(
      (file) => this.replaced(file),
      (error: Error) => this.notReplaced(error),
    )
  }

  /** The rewritten file is the log now, and holds all that the old one held. */
  private replaced(file: LogFile): void {
    const old = this.file
    this.file = file
    this.compaction = null
    this.compactions++
    this.threshold = Math.max(this.options.compactFrom, file.size * 2)
    this.cuts = file.given
    old.close().catch(() => {})
    try {
      if (file.failure !== null) throw file.failure
      // Until then a crash of the machine may bring the old file back, which has all that was acknowledged.
      syncFolder(dirname(this.options.path))
    } catch (error) {
      this.broke(file, error as Error)
      return
    }
    this.renumber(file)
  }

  /** Groups have other numbers in the new file: whoever waits does so for its last one. */
  private renumber(file: LogFile): void {
    const marks = this.group.empty ? file.given : file.given + 1
    this.held = this.held.map(({ one }) => ({ one, mark: marks }))
    this.acknowledge(file.done)
  }

  /** The old file is as good as it was. */
  private notReplaced(error: Error): void {
    this.compaction = null
    this.threshold = this.file.size * 2
    if (this.closing || this.failed !== null) return
    process.emitWarning(`the log could not be rewritten: ${error.message}`)
    this.acknowledge(this.file.done)
  }

  /** Writes and stores what there is. */
  async close(): Promise<void> {
    this.closing = true
    clearInterval(this.timer)
    this.store.journal = null
    this.cut()
    await this.compaction?.abandon()
    try {
      if (this.failed === null && this.options.fsync !== 'no') await this.file.sync()
      await this.file.close()
    } finally {
      await this.lock?.close()
    }
  }
}
