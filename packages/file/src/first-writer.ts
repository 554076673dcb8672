/** Waits until somebody writes a named pipe, where only reading tells (node engine). */
import { readSync } from 'node:fs'

const LOOK_MS = 10
/** What a pipe holds. */
const MOST = 65_536

/** `bytes`: what the look has read, which comes first. */
type Begun = (error: Error | null, bytes: Uint8Array | null) => void

export class FirstWriter {
  private timer: NodeJS.Timeout | null = null

  /** @param fd does not block */
  constructor(private readonly fd: number) {}

  wait(begun: Begun): void {
    this.timer = setInterval(() => this.look(begun), LOOK_MS)
  }

  /** A pipe without a writer reads as at its end; with one it has bytes, or the read would block. */
  private look(begun: Begun): void {
    try {
      const bytes = new Uint8Array(MOST)
      const count = readSync(this.fd, bytes)
      if (count === 0) return
      this.stop()
      begun(null, bytes.subarray(0, count))
    } catch (error) {
      this.stop()
      begun((error as NodeJS.ErrnoException).code === 'EAGAIN' ? null : (error as Error), null)
    }
  }

  keepAlive(yes: boolean): void {
    if (yes) this.timer?.ref()
    else this.timer?.unref()
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }
}
