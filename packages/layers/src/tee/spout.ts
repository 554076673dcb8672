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
  private draining: Promise<void> = Promise.resolve()
  private readonly hurry = new AbortController()

  constructor(private readonly sink: Stream) {}

  join(user: Teeing): void {
    this.holds++
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

  /**
   * The last one to let go closes the sink.
   * @param lingerMs how long what waits may take; 0: it may be lost
   * @throws what was not told yet: the sink's error, or that time ran out (`ERR_CAMIO_TIMEOUT`)
   */
  async letGo(lingerMs: number): Promise<void> {
    this.holds--
    if (this.holds > 0) return
    const timer = setTimeout(() => this.hurry.abort(), lingerMs)
    await this.draining
    clearTimeout(timer)
    const late = this.full
    await this.sink.close({ discard: late || this.error !== null })
    const { uri } = this.sink
    if (late && lingerMs > 0)
      throw new CamioError('ERR_CAMIO_TIMEOUT', `${uri}: closed with teed data not delivered`, { uri })
  }
}
