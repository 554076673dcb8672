/** Starts workers and child processes for a case, and sees to it that they are gone when it is over. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Rig } from '../rig.js'
import type { Scenario, Task } from './task.js'

export function task(rig: Rig, scenario: Scenario, uri: string, bytes = 0): Task {
  const { harness } = rig.subject
  const listenOptions = harness.pair ? rig.listenOptions() : {}
  return { scenario, module: harness.module, uri, listenOptions, openOptions: rig.openOptions(), bytes }
}

export interface Child {
  /** Waits for a word. Rejects when the child ended without having said it, with what it wrote to stderr. */
  says(word: string): Promise<void>
  /** Everything that it said until it ended, and how it ended. */
  ended: Promise<{ words: string[]; code: number | null; signal: string | null }>
  kill(): void
}

export function startProcess(rig: Rig, what: Task): Child {
  const program = fileURLToPath(new URL('./process.js', import.meta.url))
  const child = spawn(process.execPath, [program, JSON.stringify(what)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => void child.kill('SIGKILL')
  rig.keep({ close: async () => kill() })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const heard = new Words(createInterface({ input: child.stdout }), 'line')
  const ended = new Promise<Awaited<Child['ended']>>((resolve) => {
    child.on('close', (code, signal) => {
      heard.over(`the child ended (${code ?? signal}): ${stderr}`)
      resolve({ words: heard.words, code, signal })
    })
  })
  return { says: (word) => heard.wait(word), ended, kill }
}

export interface StartedWorker {
  says(word: string): Promise<void>
  /** The exit code. */
  ended: Promise<number>
  terminate(): Promise<number>
}

export function startWorker(rig: Rig, what: Task): StartedWorker {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: what })
  rig.keep({ close: async () => void (await worker.terminate()) })
  const heard = new Words(worker, 'message')
  let failure = ''
  worker.on('error', (error) => {
    failure = error instanceof Error ? (error.stack ?? error.message) : String(error)
  })
  const ended = new Promise<number>((resolve) => {
    worker.on('exit', (code) => {
      heard.over(`the worker ended (${code}): ${failure}`)
      resolve(code)
    })
  })
  return { says: (word) => heard.wait(word), ended, terminate: () => worker.terminate() }
}

interface Speaker {
  on(event: string, listener: (word: string) => void): unknown
}

/** What was said so far, and who waits for a word. */
class Words {
  readonly words: string[] = []
  private readonly waiting = new Set<() => void>()
  private end: string | null = null

  constructor(speaker: Speaker, event: string) {
    speaker.on(event, (word) => {
      this.words.push(word)
      this.tell()
    })
  }

  over(how: string): void {
    this.end = how
    this.tell()
  }

  async wait(word: string): Promise<void> {
    while (!this.words.includes(word)) {
      if (this.end !== null) throw new Error(`"${word}" was not said; ${this.end}`)
      await new Promise<void>((resolve) => this.waiting.add(resolve))
    }
  }

  private tell(): void {
    for (const resolve of this.waiting) resolve()
    this.waiting.clear()
  }
}
