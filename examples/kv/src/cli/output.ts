/** Standard output and error. Whoever reads the output may leave early (`| head -1`): then there is nothing more to do. */
import type { Reply } from '../client/index.js'
import { printed, type Style } from './print.js'

export class Output {
  constructor(private readonly style: Style) {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  }

  /** Resolves when it was taken, so that a slow reader slows the questions down. */
  answer(reply: Reply): Promise<void> {
    return this.write(printed(reply, this.style))
  }

  write(text: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      if (process.stdout.write(text)) resolve()
      else process.stdout.once('drain', resolve)
    })
  }

  complain(error: unknown): void {
    process.stderr.write(`camio-kv cli: ${error instanceof Error ? error.message : String(error)}\n`)
  }
}
