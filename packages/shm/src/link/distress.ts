/** The owner of a named ring accepts nobody, so no call can throw when nobody can be let in: the process is warned instead. */
import type { CamioError } from '@camio/core/spi'

export class Distress {
  private told = false

  /** A `warning` event of `process`, whose `code` says what it is; once, until somebody could be let in again. */
  tell(error: CamioError): void {
    if (this.told) return
    this.told = true
    process.emitWarning(error)
  }

  over(): void {
    this.told = false
  }
}
