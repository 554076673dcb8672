/** `camio cat`: from any streams to any streams, by the cheapest path that they allow. */
import { answer } from '../answer.js'
import { complain, exitCodeOf, isUsageError, reason, say } from '../complain.js'
import { type End, resolveEnd } from '../end.js'
import { load } from '../lazy.js'
import { loadPlugin, pluginsFrom } from '../load.js'
import { now } from '../units.js'
import { parse, type Request } from './arguments.js'
import { isTerminal, survey } from './files.js'
import { checkFraming } from './framing.js'
import { merged } from './merge.js'
import { inOrder, type Job } from './move.js'
import { OutputError, Outputs } from './outputs.js'
import { Progress } from './progress.js'
import { dieBy, Interruption } from './signals.js'
import { failure, nothing, type Part, type Summary, sentence, totals } from './summary.js'

const NAME = 'camio cat'

/** @returns the exit code: 0, or 1 if an input or output failed, or 2 if the command was given wrongly */
export async function cat(args: readonly string[]): Promise<number> {
  try {
    const request = parse(args)
    if (request.help) return await help()
    return await new Cat(request).run()
  } catch (error) {
    if (!isUsageError(error)) throw error
    complain(NAME, error.message)
    return 2
  }
}

async function help(): Promise<number> {
  const { CAT_HELP } = (await load('./help.js')) as typeof import('../help.js')
  return answer(NAME, CAT_HELP)
}

class Cat implements Job {
  private readonly started = now()
  private interruption: Interruption | null = null
  private readonly parts: Part[] = []
  private progress: Progress | null = null
  private code = 0
  /** The first output that failed. */
  private broken: OutputError | null = null
  private readerLeft = false
  private inputs: End[] = []
  private outputs: End[] = []
  private sinks: Outputs | null = null
  small = false

  constructor(private readonly request: Request) {}

  get signal(): AbortSignal | undefined {
    return this.interruption?.signal
  }

  async run(): Promise<number> {
    await this.resolve()
    await this.move()
    this.progress?.end(totals(this.parts).bytes)
    await this.report()
    return this.code
  }

  /** Looks at every argument before the first file is opened: a typing error empties nothing. */
  private async resolve(): Promise<void> {
    const { request } = this
    const plugins = pluginsFrom(request.plugins)
    for (const name of plugins.named) await loadPlugin(name)
    for (const given of request.outputs) this.outputs.push(await resolveEnd(given, plugins))
    for (const given of request.inputs) this.inputs.push(await resolveEnd(given, plugins))
    checkFraming(this.inputs, this.outputs)
  }

  private async move(): Promise<void> {
    const { clashing, total, small } = survey(this.inputs, this.outputs)
    this.small = small
    // What is small is done at once: nobody could interrupt it.
    if (!small) this.interruption = new Interruption()
    for (const end of clashing) this.failed(end, new Error('input file is output file'))
    // Standard output was opened by others; what we would open ourselves, and empty, stays as it is.
    if (clashing.size > 0 && this.outputs.some(({ scheme }) => scheme !== 'stdio')) return
    const inputs = this.inputs.filter((end) => !clashing.has(end))
    this.progress = this.watched(small) ? new Progress(total, { asked: this.asked, terminal: isTerminal(2) }) : null
    try {
      this.sinks = await Outputs.open(this.outputs, this)
      await (this.request.merge ? merged(inputs, this.sinks, this) : inOrder(inputs, this.sinks, this))
      await this.sinks.end()
    } catch (error) {
      if (error instanceof OutputError) await this.noOutputLeft(error)
      else if (!this.signal?.aborted) throw error
    }
  }

  private async noOutputLeft(error: OutputError): Promise<void> {
    this.readerLeft = error.readerLeft
    if (this.readerLeft) this.broken ??= error
    else this.lost(error)
    await this.sinks?.discard()
  }

  private get asked(): boolean {
    return this.request.progress === true
  }

  /** Progress is for people: on a terminal, unless the bytes themselves go to one. */
  private watched(small: boolean): boolean {
    const { progress } = this.request
    if (progress !== undefined || small) return progress ?? false
    return isTerminal(2) && !(this.outputs.some(({ scheme }) => scheme === 'stdio') && isTerminal(1))
  }

  // ------------------------------------------------------------------------------------------------------ Job

  get moving(): ((bytes: number) => void) | undefined {
    return this.progress?.update
  }

  done(part: Part): void {
    this.parts.push(part)
  }

  failed(end: End, error: unknown, part: Part = nothing(end.given)): void {
    this.complainOf(end, error)
    this.parts.push({ ...part, error: failure(error) })
  }

  lost(error: OutputError): void {
    this.broken ??= error
    this.complainOf(error.end, error.failure)
  }

  private complainOf(end: End, error: unknown): void {
    this.code = Math.max(this.code, exitCodeOf(error))
    this.progress?.clear()
    complain(NAME, end.given, reason(error, end.uri))
  }

  // --------------------------------------------------------------------------------------------------- the end

  private async report(): Promise<void> {
    const summary = this.summary()
    const by = this.interruption?.by
    if (this.request.json) await this.tell(`${JSON.stringify(summary)}\n`)
    else if (by !== undefined) complain(NAME, `stopped by ${by} after ${sentence(summary)}`)
    if (by !== undefined) await dieBy(by)
    if (this.readerLeft) await dieBy('SIGPIPE')
  }

  /** Standard output may belong to the bytes. */
  private async tell(text: string): Promise<void> {
    if (this.outputs.some(({ scheme }) => scheme === 'stdio')) say(2, text)
    else this.code = Math.max(this.code, await answer(NAME, text))
  }

  private summary(): Summary {
    const by = this.interruption?.by
    return {
      ok: this.code === 0 && this.broken === null && by === undefined,
      ...totals(this.parts),
      seconds: (now() - this.started) / 1000,
      inputs: this.parts,
      outputs: this.outputs.map(({ given }) => given),
      ...(this.broken !== null && { error: failure(this.broken.failure) }),
      ...(by !== undefined && { signal: by }),
    }
  }
}
