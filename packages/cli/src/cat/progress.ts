/** How far it is: one line that is drawn anew on a terminal, plain lines elsewhere. */
import { say } from '../complain.js'
import { formatBytes, formatTime, now } from '../units.js'

/** Short work is done before anybody could read about it. */
const FIRST_MS = 500
const ERASE_LINE = '\r\u001b[K'

export interface Watcher {
  /** Asked for: the last line stays. */
  readonly asked: boolean
  readonly terminal: boolean
}

export class Progress {
  private readonly started = now()
  private next = this.started + FIRST_MS
  private bytes = 0
  private drawn = false
  /** Lines that stay are read later, so they come less often. */
  private readonly every: number
  private readonly timer: NodeJS.Timeout

  /** @param total bytes to come, `null` if nobody knows */
  constructor(
    private readonly total: number | null,
    private readonly watcher: Watcher,
  ) {
    this.every = watcher.terminal ? 200 : 1000
    // Draws while nothing moves, too: the rate falls and the reader sees that it stands.
    this.timer = setInterval(() => this.update(this.bytes), this.every).unref()
  }

  readonly update = (bytes: number): void => {
    this.bytes = bytes
    const time = now()
    if (time < this.next) return
    this.next = time + this.every
    const line = progressLine(bytes, this.seconds(), this.total)
    this.drawn = this.watcher.terminal
    say(2, this.watcher.terminal ? `${ERASE_LINE}${line}` : `${line}\n`)
  }

  /** Takes the line away, for other words or for good. */
  clear(): void {
    if (this.drawn) say(2, ERASE_LINE)
    this.drawn = false
  }

  end(bytes: number): void {
    clearInterval(this.timer)
    this.clear()
    if (this.watcher.asked) say(2, `${lastLine(bytes, this.seconds())}\n`)
  }

  private seconds(): number {
    return (now() - this.started) / 1000
  }
}

/** `1.20 GiB  834 MiB/s  45%  ETA 0:12` */
export function progressLine(bytes: number, seconds: number, total: number | null): string {
  const rate = bytes / seconds
  const parts = [formatBytes(bytes), `${formatBytes(rate)}/s`]
  if (total !== null && total > 0) {
    parts.push(`${Math.min(100, Math.floor((bytes / total) * 100))}%`)
    if (rate > 0) parts.push(`ETA ${formatTime(Math.max(0, total - bytes) / rate)}`)
  }
  return parts.join('  ')
}

/** `1.20 GiB  834 MiB/s  in 1.5 s` */
export function lastLine(bytes: number, seconds: number): string {
  return `${progressLine(bytes, seconds, null)}  in ${seconds.toFixed(1)} s`
}
