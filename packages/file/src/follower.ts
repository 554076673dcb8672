/** Tells when a file has grown, or shrunk, behind the place where its reader waits (`follow=1`). */
import { type FSWatcher, fstatSync, watch } from 'node:fs'

/** Network file systems do not tell of what other machines append: look now and then in any case. */
const LOOK_EVERY_MS = 500

export class Follower {
  private watcher: FSWatcher | null = null
  private timer: NodeJS.Timeout | null = null
  private grown: () => void = () => {}
  private at = 0
  private referenced = true

  constructor(
    private readonly fd: number,
    private readonly path: string,
  ) {}

  /** Whom to tell; once an `arm`. */
  watch(grown: () => void): void {
    this.grown = grown
  }

  /** @returns `true`, and does not watch, if there is something else than nothing at `at` already */
  arm(at: number): boolean {
    this.at = at
    this.watcher ??= this.openWatcher()
    this.timer ??= setInterval(this.look, LOOK_EVERY_MS)
    this.applyRef()
    if (!this.changed()) return false
    this.disarm()
    return true
  }

  disarm(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
    this.watcher?.unref()
  }

  truncatedBelow(at: number): boolean {
    return fstatSync(this.fd).size < at
  }

  close(): void {
    this.disarm()
    this.watcher?.close()
    this.watcher = null
  }

  ref(): void {
    this.referenced = true
    this.applyRef()
  }

  unref(): void {
    this.referenced = false
    this.applyRef()
  }

  /** The descriptor's file, not whatever has its name by now; by its name where there is no /proc. */
  private openWatcher(): FSWatcher | null {
    for (const path of [`/proc/self/fd/${this.fd}`, this.path]) {
      try {
        const watcher = watch(path, this.look)
        return watcher.on('error', () => watcher.close())
      } catch {
        // No more inotify watches, or no such thing here: the timer looks.
      }
    }
    return null
  }

  private applyRef(): void {
    if (this.timer === null) return
    if (this.referenced) this.timer.ref()
    else this.timer.unref()
    // The timer alone keeps the process alive.
    this.watcher?.unref()
  }

  private readonly look = (): void => {
    if (this.timer === null || !this.changed()) return
    this.disarm()
    this.grown()
  }

  private changed(): boolean {
    return fstatSync(this.fd).size !== this.at
  }
}
