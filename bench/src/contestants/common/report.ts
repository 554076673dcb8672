import { writeSync } from 'node:fs'

/** Prints a result, and goes on. */
export function tell(result: Record<string, number>): void {
  writeSync(1, `${JSON.stringify(result)}\n`)
}

/** Prints the result and ends the process: nothing that is still open holds it. */
export function report(result: Record<string, number>): never {
  tell(result)
  process.exit(0)
}

/** A wrong byte spoils the whole run. */
export function wrong(what: string, got: number, expected: number): never {
  throw new Error(`${what}: got ${got}, expected ${expected}`)
}
