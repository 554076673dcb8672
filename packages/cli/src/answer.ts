/** What was asked for - help, a list, a summary - on standard output. */
import { dieBy } from './cat/signals.js'
import { complain, say } from './complain.js'

/**
 * Ends the process by SIGPIPE, silently, when nobody reads it.
 * @returns the exit code: 0, or 1 if it could not be written, which is said
 */
export async function answer(name: string, text: string): Promise<0 | 1> {
  const error = say(1, text)
  if (error === null) return 0
  if (error.code === 'EPIPE') await dieBy('SIGPIPE')
  complain(name, 'standard output', error.message)
  return 1
}
