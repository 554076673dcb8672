/** One line on a terminal that tells how far it is. */
import { say } from '../complain.js'
import { formatBytes, formatTime, now } from '../units.js'

/** Short work is done before anybody could read about it. */
const FIRST_MS = 500
const EVERY_MS = 200
const ERASE_LINE = '\r\u001b[K'

export class Progress {
  private readonly started = now()
  private next = this.started + FIRST_MS
  private bytes = 0
  private drawn = false
  /** Draws while nothing moves, too: the rate falls and the reader sees that it stands. */
  private readonly timer = setInterval(() => this.update(this.bytes), EVERY_MS).unref()

  /** @param total bytes to come, `null` if nobody knows */
  constructor(private readonly total: number | null) {}

  readonly update = (bytes: number): void => {
    this.bytes = bytes
    const time = now()
    if (time < this.next) return
    this.next = time + EVERY_MS
    this.drawn = true
    say(2, `${ERASE_LINE}${progressLine(bytes, (time - this.started) / 1000, this.total)}`)
  }

  /** Takes the line away, for other words or for good. */
  clear(): void {
    if (this.drawn) say(2, ERASE_LINE)
    this.drawn = false
  }

  end(): void {
    clearInterval(this.timer)
    this.clear()
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
