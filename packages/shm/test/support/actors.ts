/** Starts actors (actor.ts) and hears what they say. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Part } from './actor.js'

const PROGRAM = new URL('./actor.js', import.meta.url)

const DEFAULTS: Omit<Part, 'role' | 'uri'> = { options: {}, id: 0, count: Number.MAX_SAFE_INTEGER, most: 2 ** 30 }

export type PartOf = Pick<Part, 'role' | 'uri'> & Partial<Part>

export class Actor {
  /** The last number that it said. */
  told = 0
  readonly ended: Promise<number | null>
  private readonly opened: Promise<void>
  private text = ''
  private errors = ''

  constructor(private readonly child: ChildProcess) {
    child.stderr!.on('data', (chunk: Buffer) => {
      this.errors += chunk
    })
    let open: () => void = () => {}
    this.opened = new Promise((resolve) => {
      open = resolve
    })
    child.stdout!.on('data', (chunk: Buffer) => {
      this.hear(String(chunk))
      open()
    })
    this.ended = new Promise((resolve) => child.on('close', (code) => resolve(code)))
  }

  /** Rejects when it ended before. */
  async open(): Promise<void> {
    const gone = this.ended.then((code) => Promise.reject(new Error(`the actor ended (${code}): ${this.errors}`)))
    gone.catch(() => {})
    await Promise.race([this.opened, gone])
  }

  private hear(chunk: string): void {
    const lines = (this.text + chunk).split('\n')
    this.text = lines.pop()!
    const numbers = lines.filter((line) => line !== 'open')
    if (numbers.length > 0) this.told = Number(numbers.at(-1))
  }

  /** @returns the exit code, `null` when it was killed */
  async kill(): Promise<number | null> {
    this.child.kill('SIGKILL')
    return this.ended
  }

  get complaints(): string {
    return this.errors
  }
}

export function startActor(part: PartOf): Actor {
  const text = JSON.stringify({ ...DEFAULTS, ...part })
  return new Actor(spawn(process.execPath, [fileURLToPath(PROGRAM), text], { stdio: ['ignore', 'pipe', 'pipe'] }))
}

export function startThread(part: PartOf): Worker {
  return new Worker(PROGRAM, { workerData: { ...DEFAULTS, ...part } })
}
