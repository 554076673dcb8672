/** Commands whose second word says what they do. */
import type { Context } from './context.js'

export interface Subcommand {
  /** As of a command, both names counted. */
  readonly arity: number
  run(context: Context): void
}

export function subcommands(name: string, table: Readonly<Record<string, Subcommand>>): (context: Context) => void {
  const known = new Map(Object.entries(table))
  return (context) => {
    const { request, reply } = context
    const word = request.text(1)
    const subcommand = known.get(word.toLowerCase())
    if (subcommand === undefined) {
      reply.error(`ERR unknown subcommand '${word.slice(0, 128)}'. Try ${name.toUpperCase()} HELP.`)
    } else if (!fits(request.count, subcommand.arity)) {
      reply.error(`ERR wrong number of arguments for '${name}|${word.toLowerCase()}' command`)
    } else {
      subcommand.run(context)
    }
  }
}

export function fits(count: number, arity: number): boolean {
  return arity < 0 ? count >= -arity : count === arity
}
