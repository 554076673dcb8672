import { Child, type Line } from './child.js'
import { PAIR, pinned } from './cpus.js'

export interface PairOptions {
  readonly name: string
  /** Listens, and prints `{"at":"..."}`, where it can be reached, as its first line. */
  readonly listener: readonly string[]
  /** Connects; started with `--at ...` added. */
  readonly connector: readonly string[]
  /** Whose next line is the result. The other one is ended then. */
  readonly reporter: 'listener' | 'connector'
  readonly timeoutMs?: number
}

/** Two processes on two cores, from the first one's port to the reporter's result. */
export async function runPair(options: PairOptions): Promise<Line> {
  const children = [new Child(`${options.name} (listener)`, pinned(options.listener, PAIR[0]))]
  const timeoutMs = options.timeoutMs ?? 60_000
  let late = false
  const timer = setTimeout(() => {
    late = true
    for (const child of children) child.kill()
  }, timeoutMs)
  try {
    const { at } = await children[0]!.line()
    const connector = [...options.connector, '--at', String(at)]
    children.push(new Child(`${options.name} (connector)`, pinned(connector, PAIR[1])))
    return await report(children[0]!, children[1]!, options.reporter)
  } catch (error) {
    throw late ? new Error(`no result after ${timeoutMs / 1000} s`) : error
  } finally {
    clearTimeout(timer)
    for (const child of children) child.kill()
    await Promise.all(children.map((child) => child.ended))
  }
}

/**
 * The reporter's line. When the other end ends first the reporter gets a moment more - it may be about to report, or to end
 * too - and then the first one's last words are the reason.
 */
async function report(listener: Child, connector: Child, reporter: 'listener' | 'connector'): Promise<Line> {
  const [reporting, other] = reporter === 'listener' ? [listener, connector] : [connector, listener]
  let reason: unknown = null
  let moment: NodeJS.Timeout | undefined
  other.line().catch((error: unknown) => {
    reason = error
    moment = setTimeout(() => reporting.kill(), 1000)
  })
  try {
    return await reporting.line()
  } catch (error) {
    throw reason ?? error
  } finally {
    clearTimeout(moment)
  }
}
