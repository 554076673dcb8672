/**
 * The last moments of a socket: what was written is sent, what still comes is dropped - bytes that nobody read would make the
 * system reset the connection, and a reset overtakes what is on its way. Node cannot say what the peer's system has
 * acknowledged, so the socket goes when the peer has ended or has been quiet for a moment - a longer one where its verdict on us
 * is still to come.
 */
import type { Socket } from 'node:net'

const QUIET_MS = 20

export class WindDown {
  /** Resolves when the socket may be destroyed. */
  readonly done: Promise<void>
  private finish!: () => void
  private quiet: NodeJS.Timeout | undefined
  private finished = false

  constructor(
    private readonly socket: Socket,
    limitMs: number,
    private readonly verdictMs = 0,
  ) {
    const limit = setTimeout(() => this.finish(), limitMs)
    this.done = new Promise<void>((resolve) => {
      this.finish = resolve
    }).finally(() => {
      clearTimeout(limit)
      clearTimeout(this.quiet)
    })
    this.watch()
  }

  hurry(): void {
    this.finish()
  }

  private watch(): void {
    const { socket } = this
    socket.removeAllListeners('data')
    socket.on('data', () => this.wait())
    socket.once('close', () => this.finish())
    socket.once('finish', () => this.sent())
    socket.once('end', () => this.wait(0))
    socket.resume()
    if (socket.writableFinished) this.sent()
    else if (socket.writable) socket.end()
  }

  private sent(): void {
    this.finished = true
    this.wait(this.socket.readableEnded ? 0 : Math.max(QUIET_MS, this.verdictMs))
  }

  private wait(milliseconds = QUIET_MS): void {
    if (!this.finished) return
    clearTimeout(this.quiet)
    this.quiet = setTimeout(() => this.finish(), milliseconds)
  }
}
