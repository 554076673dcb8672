/** What broken drivers keep for good. */
import { closeSync, openSync } from 'node:fs'

/** What broken drivers never give back, and how the test gets rid of it. */
export const leaked: Array<() => void> = []

export function cleanUp(): void {
  for (const undo of leaked.splice(0)) undo()
}

export function leakTimer(): void {
  const timer = setInterval(() => {}, 60_000)
  leaked.push(() => clearInterval(timer))
}

export function leakMemory(): void {
  const memory = new Uint8Array(64 * 1024)
  leaked.push(() => memory.fill(0))
}

export function leakDescriptor(): void {
  const descriptor = openSync('/dev/null', 'r')
  leaked.push(() => closeSync(descriptor))
}
