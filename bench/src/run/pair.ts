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
  /** The other end reports too, and goes on: what it cost there. */
  readonly both?: boolean
  readonly timeoutMs?: number
}

export interface PairReport {
  readonly line: Line
  /** The other end's, with `both`. */
  readonly other?: Line
}

/** Two processes on two cores, from the first one's port to the reporter's result. */
export async function runPair(options: PairOptions): Promise<PairReport> {
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
    const [reporting, other] = options.reporter === 'listener' ? children : [...children].reverse()
    return await report(reporting!, other!, options.both === true)
  } catch (error) {
    throw late ? new Error(`no result after ${timeoutMs / 1000} s`) : error
  } finally {
    clearTimeout(timer)
    for (const child of children) child.kill()
    await Promise.all(children.map((child) => child.ended))
  }
}

/**
 * The reports. When the other end ends first the reporter gets a moment more - it may be about to report, or to end too - and
 * then the first one's last words are the reason.
 */
async function report(reporting: Child, other: Child, both: boolean): Promise<PairReport> {
  let reason: unknown = null
  let moment: NodeJS.Timeout | undefined
  const others = other.line()
  others.catch((error: unknown) => {
    reason = error
    moment = setTimeout(() => reporting.kill(), 1000)
  })
  try {
    const line = await reporting.line()
    return both ? { line, other: await others } : { line }
  } catch (error) {
    throw reason ?? error
  } finally {
    clearTimeout(moment)
  }
}
