/**
 * The `camio` command. This file and what it imports statically are bundled into one file (bundle.mjs), so that `camio cat`
 * starts as fast as Node itself; everything else is imported when it is asked for.
 */
import '@camio/file'
import { cat } from './cat/cat.js'
import { complain, isUsageError } from './complain.js'
import { load } from './lazy.js'

async function main(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args
  // Everything is written and closed when `cat` is done: leaving at once saves what Node's orderly end costs.
  if (command === 'cat') process.exit(await cat(rest))
  const { other } = (await load('./other.js')) as typeof import('./other.js')
  process.exitCode = await other(command, rest)
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!isUsageError(error)) throw error
  complain('camio', error.message)
  process.exit(2)
})
