/** Everything but `cat`: nothing here has to start within milliseconds. */
import { createRequire } from 'node:module'
import { UsageError } from './complain.js'
import { HELP } from './help.js'
import { schemes } from './schemes/command.js'

/** @returns the exit code @throws UsageError */
export async function other(command: string | undefined, args: readonly string[]): Promise<number> {
  switch (command) {
    case 'schemes':
      return schemes(args)
    case '--version':
    case '-V':
      process.stdout.write(`camio ${version()}\n`)
      return 0
    case '--help':
    case '-h':
    case 'help':
      process.stdout.write(HELP)
      return 0
    case undefined:
      process.stderr.write(HELP)
      return 2
    default:
      throw new UsageError(`there is no command "${command}": camio cat, camio schemes, camio --help`)
  }
}

function version(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
  return version
}
