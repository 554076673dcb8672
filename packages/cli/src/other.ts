/** Everything but `cat`: nothing here has to start within milliseconds. */
import { createRequire } from 'node:module'
import { answer } from './answer.js'
import { say, UsageError } from './complain.js'
import { explain } from './explain/command.js'
import { HELP } from './help.js'
import { schemes } from './schemes/command.js'

/** @returns the exit code @throws UsageError */
export async function other(command: string | undefined, args: readonly string[]): Promise<number> {
  switch (command) {
    case 'schemes':
      return schemes(args)
    case 'explain':
      return explain(args)
    case '--version':
    case '-V':
      return answer('camio', `camio ${version()}\n`)
    case '--help':
    case '-h':
    case 'help':
      return answer('camio', HELP)
    case undefined:
      say(2, HELP)
      return 2
    default:
      throw new UsageError(`there is no command "${command}": camio cat, camio explain, camio schemes, camio --help`)
  }
}

function version(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
  return version
}
