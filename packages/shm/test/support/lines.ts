/** What a child process says, line by line, however it comes in pieces. */
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** @returns the next line; `undefined` at the end */
export function linesOf(output: Readable): () => Promise<string | undefined> {
  const lines = createInterface({ input: output })[Symbol.asyncIterator]()
  return async () => (await lines.next()).value
}
