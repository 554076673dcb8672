import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** What contestants print: one JSON object a line. */
export type Line = Record<string, unknown>

/** Certificates read at start-up triple the time Node takes to start: not what is measured here. */
export function environment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, NODE_OPTIONS: __, ...rest } = process.env
  return rest
}

/** A contestant's process: its JSON lines, its end, and what it said on stderr when it fails. */
export class Child {
  readonly ended: Promise<void>
  private readonly process: ChildProcess
  private readonly lines: AsyncIterator<string>
  private complaint = ''

  constructor(
    readonly name: string,
    command: readonly string[],
  ) {
    const [file, ...args] = command
    this.process = spawn(file!, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment() })
    this.process.stderr!.on('data', (text: Buffer) => {
      this.complaint = (this.complaint + text.toString()).slice(-2000)
    })
    this.lines = createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]()
    // One that spins would go on when the bench is interrupted.
    const end = (): void => this.kill()
    process.once('exit', end)
    this.ended = new Promise((resolve) => {
      this.process.once('close', () => {
        process.off('exit', end)
        resolve()
      })
      this.process.once('error', (error) => {
        this.complaint = error.message
        resolve()
      })
    })
  }

  /** The next line. @throws when the process ended without one */
  async line(): Promise<Line> {
    return JSON.parse(await this.text()) as Line
  }

  /** The same as it stands, of a program that was not made for the bench. */
  async text(): Promise<string> {
    const { value, done } = await this.lines.next()
    if (done !== true) return value
    await this.ended
    throw new Error(`${this.name}: ${this.lastWords()}`)
  }

  kill(): void {
    this.process.kill('SIGKILL')
  }

  private lastWords(): string {
    const how = this.process.signalCode ?? `exit code ${this.process.exitCode}`
    const said = this.complaint.split('\n').map((line) => line.trim())
    const error = said.find((line) => /^\w*Error\b/.test(line)) ?? said.filter((line) => line !== '').at(-1)
    return error === undefined ? how : `${how}: ${error}`
  }
}

/** Runs one program that prints one line. */
export async function runChild(name: string, command: readonly string[], timeoutMs = 120_000): Promise<Line> {
  const child = new Child(name, command)
  const timer = setTimeout(() => child.kill(), timeoutMs)
  try {
    return await child.line()
  } finally {
    clearTimeout(timer)
    await child.ended
  }
}
