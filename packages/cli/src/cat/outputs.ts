/** The outputs of a `camio cat`: opened together, ended together. */
import type { CamioError, Stream } from '@camio/core'
import { type End, type Opening, openEnd } from '../end.js'

const EPIPE = 32

/** What writing cost so far. */
export interface Cost {
  copies: number
  systemCalls: number
}

/** An output broke: there is nothing more to do for any input. */
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

export class Outputs {
  readonly streams: Stream[] = []

  private constructor(readonly ends: readonly End[]) {}

  /** All or none. @throws OutputError */
  static async open(ends: readonly End[], how: Opening): Promise<Outputs> {
    const outputs = new Outputs(ends)
    for (const end of ends) {
      try {
        outputs.streams.push(await openEnd(end, 'w', how))
      } catch (error) {
        await outputs.discard()
        throw new OutputError(end, error as CamioError)
      }
    }
    return outputs
  }

  /** Which output is to blame for `error`, if one is. */
  blame(error: CamioError): OutputError | null {
    const broken = this.streams.findIndex((stream) => stream.error !== null)
    if (broken >= 0) return new OutputError(this.ends[broken]!, error)
    // Only writing fails so.
    return error.errno === EPIPE ? new OutputError(this.ends[0]!, error) : null
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
    for (const [i, stream] of this.streams.entries()) {
      try {
        await stream.end()
        await stream.close()
      } catch (error) {
        throw new OutputError(this.ends[i]!, error as CamioError)
      }
    }
  }

  async discard(): Promise<void> {
    await Promise.allSettled(this.streams.map((stream) => stream.close({ discard: true })))
  }
}
