/**
 * Where what is teed goes. It takes whatever it is given, at once: what the sink has no room for waits here, and whoever tees lets
 * nothing more pass before it is gone. So it holds one piece for each stream at most.
 */
import { CamioError, isCamioError, type Stream } from '@camio/core/spi'

/** A stream that tees. */
export interface Teeing {
  /** There is room again. */
  spoutReady(): void
  /** There never will be. */
  spoutBroke(error: CamioError): void
}

export class Spout {
  private readonly waiting: Uint8Array[] = []
  private readonly users = new Set<Teeing>()
  private error: CamioError | null = null
  /** Streams that use it, and whoever opened it. */
  private holds = 1
  /** Streams that have ever used it. */
  private streams = 0
  private draining: Promise<void> = Promise.resolve()
  private readonly hurry = new AbortController()

  constructor(private readonly sink: Stream) {}

  join(user: Teeing): void {
    this.holds++
    this.streams++
    this.users.add(user)
    if (this.error !== null) user.spoutBroke(this.error)
  }

  get full(): boolean {
    return this.waiting.length > 0
  }

  /** Takes `bytes[from, to)`, which are copied. */
  offer(bytes: Uint8Array, from: number, to: number): void {
    if (this.error !== null) return
    try {
      if (this.full || !this.put(bytes, from, to)) this.keep(bytes.slice(from, to))
    } catch (error) {
      this.broke(error)
    }
  }

  /** Claim, copy, commit; not `tryWrite`, which would count a copy that is the tee's as one of the sink's. */
  private put(bytes: Uint8Array, from: number, to: number): boolean {
    const { sink } = this
    const length = to - from
    const isBytes = sink.features.framing === 'bytes'
    if (isBytes && length === 0) return true
    if (isBytes && length > sink.maxClaim) return false
    const offset = sink.tryClaimAt(length)
    if (offset < 0) return false
    sink.claimBytes.set(bytes.subarray(from, to), offset)
    sink.commit(length)
    return true
  }

  private keep(piece: Uint8Array): void {
    this.waiting.push(piece)
    if (this.waiting.length === 1) this.draining = this.drain()
  }

  /** Writes what waits, in order; until `hurry` says that there is no more time. */
  private async drain(): Promise<void> {
    const { waiting, sink, hurry } = this
    try {
      for (; waiting.length > 0; waiting.shift()) await sink.write(waiting[0]!, { signal: hurry.signal })
    } catch (error) {
      if (!hurry.signal.aborted) this.broke(error)
    }
    for (const user of [...this.users]) user.spoutReady()
  }

  private broke(error: unknown): void {
    if (!isCamioError(error)) throw error
    this.waiting.length = 0
    this.error = error
    for (const user of [...this.users]) user.spoutBroke(error)
  }

  /** `user` is closing: it has nothing more to say, and nobody to be told. */
  leave(user: Teeing): void {
    this.users.delete(user)
  }

  /** What the sink threw. */
  get failure(): CamioError | null {
    return this.error
  }

  /**
   * Waits until the sink has taken what waits now. The last one to let go closes the sink.
   * @param lingerMs how long that may take
   * @param hurry aborts the waiting: what waits may be lost, and nothing is thrown
   * @throws the sink's error at its closing, or that time ran out (`ERR_CAMIO_TIMEOUT`)
   */
  async letGo(lingerMs: number, hurry?: AbortSignal): Promise<void> {
    const late = this.full && !(await this.delivered(lingerMs, hurry))
    this.holds--
    if (this.holds === 0) await this.closeSink(hurry)
    const { uri } = this.sink
    if (late && !hurry?.aborted)
      throw new CamioError('ERR_CAMIO_TIMEOUT', `${uri}: closed with teed data not delivered`, { uri })
  }

  private async delivered(lingerMs: number, hurry?: AbortSignal): Promise<boolean> {
    if (hurry?.aborted) return false
    let giveUp = (): void => {}
    const tooLate = new Promise<boolean>((resolve) => (giveUp = () => resolve(false)))
    const timer = setTimeout(giveUp, lingerMs)
    hurry?.addEventListener('abort', giveUp)
    try {
      return await Promise.race([this.draining.then(() => true), tooLate])
    } finally {
      clearTimeout(timer)
      hurry?.removeEventListener('abort', giveUp)
    }
  }

  /** In no hurry the sink delivers what it has for as long as its own `linger` says. */
  private async closeSink(hurry?: AbortSignal): Promise<void> {
    this.hurry.abort()
    await this.draining
    const { sink, error } = this
    if (this.full || error !== null) return sink.close({ discard: true })
    const cut = () => void sink.close({ discard: true }).catch(() => {})
    // What other streams have said is not this one's to throw away.
    if (this.streams > 1) return sink.close()
    hurry?.addEventListener('abort', cut)
    try {
      await sink.close({ discard: hurry?.aborted ?? false })
    } finally {
      hurry?.removeEventListener('abort', cut)
    }
  }
}
