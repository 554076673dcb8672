/** A span of time and the program's signal as one signal. */
import { CamioError } from '../error.js'

export class Deadline {
  private readonly controller = new AbortController()
  private readonly timer: NodeJS.Timeout

  /** @param parent aborts it with its own reason */
  constructor(
    uri: string,
    what: string,
    milliseconds: number,
    private readonly parent: AbortSignal | undefined,
  ) {
    this.timer = setTimeout(() => {
      const message = `${uri}: ${what} within ${milliseconds}ms`
      this.controller.abort(new CamioError('ERR_CAMIO_TIMEOUT', message, { uri }))
    }, milliseconds)
    if (parent?.aborted) this.handleEvent()
    else parent?.addEventListener('abort', this)
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** The parent's abort event. */
  handleEvent(): void {
    this.controller.abort(this.parent!.reason)
  }

  done(): void {
    clearTimeout(this.timer)
    this.parent?.removeEventListener('abort', this)
  }
}

/** Runs `work` under a deadline. */
export async function within<T>(deadline: Deadline, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await work(deadline.signal)
  } finally {
    deadline.done()
  }
}
