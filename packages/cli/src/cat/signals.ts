/** Being stopped from outside. */

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process at once, as if nobody had listened. */
export class Interruption {
  private readonly controller = new AbortController()
  by: NodeJS.Signals | undefined

  constructor() {
    for (const signal of SIGNALS) process.once(signal, this.stop)
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  private readonly stop = (signal: NodeJS.Signals): void => {
    this.by = signal
    for (const other of SIGNALS) process.removeListener(other, this.stop)
    this.controller.abort()
  }
}

/**
 * Ends the process the way `cat` ends: killed by the signal, so that shells and scripts see what they expect (status 128 + n).
 * Node ignores SIGPIPE; a listener that comes and goes leaves the system's own behaviour behind.
 */
export function dieBy(signal: NodeJS.Signals): Promise<never> {
  const pass = () => {}
  process.on(signal, pass)
  process.removeListener(signal, pass)
  process.kill(process.pid, signal)
  // Where there are no such signals (Windows) `kill` has ended the process already; elsewhere it ends now.
  return new Promise(() => setInterval(pass, 1000))
}
