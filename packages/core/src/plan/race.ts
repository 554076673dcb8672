/**
 * Happy Eyeballs (RFC 8305, section 5) for whatever can be attempted: a dead candidate costs a moment, not the connection. The next
 * attempt begins when the last one failed, or has not answered for a moment; the first that succeeds wins and the others are aborted.
 */
import { offAbort, onAbort } from '../wait/abort.js'

/** How long an attempt is alone before the next one begins beside it: RFC 8305, section 8. */
export const STAGGER_MS = 250

export interface Attempt<T> {
  /** Rejects when `signal` aborts, and leaves nothing behind then. */
  run(signal: AbortSignal): T | Promise<T>
  /** Taken by its place, never by a race: it begins when all before it have failed, and nothing begins beside it. */
  readonly alone?: boolean
  /** How long it is alone before the next one begins beside it, in milliseconds; {@link STAGGER_MS} by default. */
  readonly aloneMs?: number
}

/** Calls `fn` after `ms` milliseconds. @returns what keeps it from that */
export type Later = (ms: number, fn: () => void) => () => void

export interface RaceOptions<T> {
  readonly signal?: AbortSignal | undefined
  /** Undoes a success that came too late. Must not throw. */
  drop(late: T): void
  /** The clock; `setTimeout` by default. */
  readonly later?: Later | undefined
}

export type Standing = 'waiting' | 'running' | 'failed' | 'won'

export interface RaceResult<T> {
  readonly value: T
  /** Where each attempt stood when one of them won. Those that were `running` are aborted. */
  readonly standings: readonly Standing[]
  readonly failures: ReadonlyArray<unknown>
}

/** Every attempt failed. */
export class AllFailed extends Error {
  /** @param failures what each attempt rejected with */
  constructor(readonly failures: readonly unknown[]) {
    super('every attempt failed')
  }
}

const byTimeout: Later = (ms, fn) => {
  const timer = setTimeout(fn, ms)
  return () => clearTimeout(timer)
}

/** @throws {@link AllFailed}; the signal's reason */
export function race<T>(attempts: ReadonlyArray<Attempt<T>>, options: RaceOptions<T>): Promise<RaceResult<T>> {
  return new Promise((resolve, reject) => new Race(attempts, options, resolve, reject).begin())
}

class Race<T> {
  /** One each: the winner's is not aborted, whatever its stream has kept of it. */
  private readonly controllers: AbortController[] = []
  private over = false
  private readonly standings: Standing[]
  private readonly failures: unknown[] = []
  private next = 0
  private running = 0
  private stopTimer = () => {}

  constructor(
    private readonly attempts: ReadonlyArray<Attempt<T>>,
    private readonly options: RaceOptions<T>,
    private readonly resolve: (result: RaceResult<T>) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    this.standings = attempts.map(() => 'waiting')
  }

  begin(): void {
    const { signal } = this.options
    onAbort(signal, this)
    if (signal?.aborted) this.handleEvent()
    else if (this.attempts.length === 0) this.finish(() => this.reject(new AllFailed([])))
    else this.start()
  }

  /** The program's signal aborted. */
  handleEvent(): void {
    this.finish(() => this.reject(this.options.signal!.reason))
  }

  private start(): void {
    this.stopTimer()
    const index = this.next++
    this.running++
    this.standings[index] = 'running'
    if (this.mayBeJoined(index)) {
      const { later = byTimeout } = this.options
      this.stopTimer = later(this.attempts[index]!.aloneMs ?? STAGGER_MS, () => this.start())
    }
    void this.attempt(index)
  }

  /** May the next one begin beside this one? */
  private mayBeJoined(index: number): boolean {
    const [one, other] = [this.attempts[index]!, this.attempts[index + 1]]
    return other !== undefined && !one.alone && !other.alone
  }

  private async attempt(index: number): Promise<void> {
    const controller = new AbortController()
    this.controllers[index] = controller
    let value: T
    try {
      value = await this.attempts[index]!.run(controller.signal)
    } catch (error) {
      return this.failed(index, error)
    }
    this.won(index, value)
  }

  private won(index: number, value: T): void {
    if (this.over) {
      this.options.drop(value)
      return
    }
    this.standings[index] = 'won'
    const { standings, failures } = this
    this.finish(() => this.resolve({ value, standings: [...standings], failures }))
  }

  private failed(index: number, error: unknown): void {
    if (this.over) return
    this.running--
    this.standings[index] = 'failed'
    this.failures[index] = error
    const following = this.attempts[this.next]
    if (following !== undefined) {
      if (!following.alone || this.running === 0) this.start()
    } else if (this.running === 0) {
      this.finish(() => this.reject(new AllFailed(this.failures)))
    }
  }

  /** Settles first, so that nobody takes the others' abort for what happened. */
  private finish(settle: () => void): void {
    this.over = true
    this.stopTimer()
    offAbort(this.options.signal, this)
    settle()
    this.standings.forEach((standing, index) => {
      if (standing === 'running') this.controllers[index]!.abort()
    })
  }
}
