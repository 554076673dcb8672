/** A child process: its task is the first argument, what it says are lines on stdout. */
import { perform } from './scenarios.js'
import type { Task } from './task.js'

perform(JSON.parse(process.argv[2]!) as Task, (word) => process.stdout.write(`${word}\n`)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = 1
})
