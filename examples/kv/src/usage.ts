/** The command was given wrongly: exit code 2, and where to read how. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
