/** All inputs at once, each piece as it becomes ready. */
import { type CamioError, isCamioError, Selector, type Stream } from '@camio/core'
import type { End } from '../end.js'
import { openInput } from './input.js'
import type { Job } from './move.js'
import type { Cost, Outputs } from './outputs.js'
import type { Part } from './summary.js'

interface Input {
  readonly end: End
  readonly source: Stream
  bytes: number
  /** What the outputs paid for its bytes. */
  readonly cost: Cost
}

/**
 * @param before bytes that other inputs brought, for the progress
 * @returns the bytes moved
 * @throws OutputError when no output is left
 */
export async function merged(inputs: readonly End[], outputs: Outputs, job: Job, before = 0): Promise<number> {
  const merge = new Merge(outputs, job, before)
  await merge.run(inputs)
  return merge.bytes
}

class Merge {
  private readonly selector = new Selector()
  private readonly live = new Map<object, Input>()
  bytes = 0

  constructor(
    private readonly outputs: Outputs,
    private readonly job: Job,
    private readonly before: number,
  ) {}

  async run(ends: readonly End[]): Promise<void> {
    try {
      for (const end of ends) await this.add(end)
      while (this.live.size > 0) {
        for (const source of await this.selector.wait({ signal: this.job.signal })) {
          await this.forward(this.live.get(source)!)
        }
      }
    } finally {
      this.selector.close()
      for (const input of [...this.live.values()]) await this.finish(input)
    }
  }

  private async add(end: End): Promise<void> {
    const source = await openInput(end, this.job)
    if (source === null) return
    const odd = this.outputs.streams.find(({ features }) => features.framing !== source.features.framing)
    if (odd === undefined) {
      this.live.set(source, { end, source, bytes: 0, cost: { copies: 0, systemCalls: 0 } })
      this.selector.add(source)
      return
    }
    const { framing } = source.features
    await source.close()
    this.job.failed(
      end,
      new Error(`gives ${framing}, but ${odd.uri} takes ${odd.features.framing}: declare framing= and frame=`),
    )
  }

  /** One lease goes to every output. */
  private async forward(input: Input): Promise<void> {
    const lease = await this.read(input)
    if (lease === null) return
    const { length } = lease
    const before = this.outputs.cost()
    await this.outputs.write(lease)
    input.source.release()
    const after = this.outputs.cost()
    input.cost.copies += after.copies - before.copies
    input.cost.systemCalls += after.systemCalls - before.systemCalls
    input.bytes += length
    this.bytes += length
    this.job.moving?.(this.before + this.bytes)
  }

  private async read(input: Input): Promise<Uint8Array | null> {
    try {
      const lease = input.source.tryRead()
      if (lease === null && input.source.ended) await this.finish(input)
      return lease
    } catch (error) {
      if (!isCamioError(error)) throw error
      await this.finish(input, error)
      return null
    }
  }

  private async finish(input: Input, error?: CamioError): Promise<void> {
    const { end, source, cost } = input
    this.live.delete(source)
    this.selector.delete(source)
    const came: Part = {
      uri: end.given,
      bytes: input.bytes,
      path: 'copy',
      copies: source.stats.read.copies + cost.copies,
      systemCalls: source.stats.read.systemCalls + cost.systemCalls,
    }
    if (error === undefined) this.job.done(came)
    else this.job.failed(end, error, came)
    await source.close({ discard: true })
  }
}
