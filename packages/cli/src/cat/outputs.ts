/** The outputs of a `camio cat`: opened together, ended together; of several, one that fails is left behind. */
import { type CamioError, isCamioError, type Stream } from '@camio/core'
import { type End, openEnd } from '../end.js'
import type { Job } from './move.js'

const EPIPE = 32

/** What writing cost so far. */
export interface Cost {
  copies: number
  systemCalls: number
}

/** An output broke. Thrown when there is nothing more to do for any input. */
export class OutputError extends Error {
  constructor(
    readonly end: End,
    readonly failure: CamioError,
  ) {
    super(failure.message)
  }

  /** Did whoever read it just stop reading? */
  get readerLeft(): boolean {
    return this.failure.errno === EPIPE
  }
}

interface Output {
  readonly end: End
  readonly stream: Stream
}

export class Outputs {
  /** Those that have not failed. */
  private all: readonly Output[] = []
  streams: readonly Stream[] = []

  private constructor(private readonly job: Job) {}

  /** All or none. @throws OutputError */
  static async open(ends: readonly End[], job: Job): Promise<Outputs> {
    const outputs = new Outputs(job)
    for (const end of ends) {
      try {
        outputs.set([...outputs.all, { end, stream: await openEnd(end, 'w', job) }])
      } catch (error) {
        await outputs.discard()
        throw new OutputError(end, error as CamioError)
      }
    }
    return outputs
  }

  private set(all: readonly Output[]): void {
    this.all = all
    this.streams = all.map(({ stream }) => stream)
  }

  /** Every output gets all of `lease`, and has passed it on. @throws OutputError when none is left */
  async write(lease: Uint8Array): Promise<void> {
    for (const output of this.all) {
      try {
        await output.stream.write(lease)
        await output.stream.flush()
      } catch (error) {
        await this.leaveBehind(output, error)
      }
    }
  }

  /**
   * As tee(1): the others go on. Nobody would miss the bytes of a standard output that is no longer read, and the shell wants
   * the command to end then, so that `camio cat /dev/zero -o - -o copy | head -c 9` does.
   */
  private async leaveBehind(output: Output, error: unknown): Promise<void> {
    if (!isCamioError(error)) throw error
    const failed = new OutputError(output.end, error)
    if (this.all.length === 1 || (failed.readerLeft && output.end.scheme === 'stdio')) throw failed
    this.set(this.all.filter((other) => other !== output))
    this.job.lost(failed)
    await output.stream.close({ discard: true }).catch(() => {})
  }

  /** Which output is to blame for `error`, if one is. */
  blame(error: CamioError): OutputError | null {
    const broken = this.all.find(({ stream }) => stream.error !== null)
    if (broken !== undefined) return new OutputError(broken.end, error)
    // Only writing fails so.
    return error.errno === EPIPE ? new OutputError(this.all[0]!.end, error) : null
  }

  cost(): Cost {
    const cost = { copies: 0, systemCalls: 0 }
    for (const { stats } of this.streams) {
      cost.copies += stats.write.copies
      cost.systemCalls += stats.write.systemCalls
    }
    return cost
  }

  /** Delivers the rest and tells the readers that it was all. @throws OutputError */
  async end(): Promise<void> {
    for (const output of this.all) {
      try {
        await output.stream.end()
        await output.stream.close()
      } catch (error) {
        await this.leaveBehind(output, error)
      }
    }
  }

  async discard(): Promise<void> {
    await Promise.allSettled(this.streams.map((stream) => stream.close({ discard: true })))
  }
}
