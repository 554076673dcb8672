/** One line on stderr that is overwritten; nothing when stderr is not a terminal. */
export class Progress {
  private shown = false
  private readonly enabled = process.stderr.isTTY === true

  show(text: string): void {
    if (!this.enabled) return
    process.stderr.write(`\r\u001b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`)
    this.shown = true
  }

  clear(): void {
    if (this.shown) process.stderr.write('\r\u001b[K')
    this.shown = false
  }
}
