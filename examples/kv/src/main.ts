/** The `camio-kv` command: a table of subcommands, each imported when it is asked for. `serve` is what runs without one. */

/** A subcommand. Answers the exit code; errors of usage are told by itself, anything else is a defect and is thrown. */
export interface Command {
  run(args: readonly string[]): Promise<number>
}

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: () => import('./server/serve.js'),
  bench: () => import('./bench/command.js'),
  cli: () => import('./cli/command.js'),
}

export function main(args: readonly string[]): void {
  run(args).then(
    (code) => {
      process.exitCode = code
    },
    (error: unknown) => {
      console.error(error)
      process.exitCode = 70
    },
  )
}

async function run(args: readonly string[]): Promise<number> {
  const load = args[0] === undefined ? undefined : COMMANDS[args[0]]
  return load === undefined ? (await COMMANDS.serve!()).run(args) : (await load()).run(args.slice(1))
}
