/** `camio-kv cli`. */
import { createInterface } from 'node:readline'
import { buffer } from 'node:stream/consumers'
import '../transports.js'
import { UsageError } from '../usage.js'
import { type CliArguments, parseCli } from './arguments.js'
import { HELP } from './help.js'
import { interactive } from './interactive.js'
import { Output } from './output.js'
import type { Style } from './print.js'
import { Runner } from './runner.js'
import { Session } from './session.js'
import { wordsOf } from './words.js'

/** @returns the exit code: 0, 1 for an error of the server or the connection, 2 for a wrong command line */
export async function run(args: readonly string[]): Promise<number> {
  let options: CliArguments
  try {
    options = parseCli(args)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    process.stderr.write(`camio-kv cli: ${error.message}\nTry camio-kv cli --help\n`)
    return 2
  }
  const output = new Output(styleOf(options))
  if (options.help) {
    await output.write(HELP)
    return 0
  }
  return talk(options, output)
}

async function talk(options: CliArguments, output: Output): Promise<number> {
  const session = new Session(options)
  try {
    await session.connect()
  } catch (error) {
    output.complain(error)
    return usageCodes.has((error as { code?: string }).code ?? '') ? 2 : 1
  }
  try {
    const runner = new Runner(session, output)
    if (options.command.length > 0) return await once(options, runner)
    if (!process.stdin.isTTY) return await script(runner, output)
    await interactive(session, runner)
    return 0
  } finally {
    await session.close()
  }
}

const usageCodes = new Set([
  'ERR_CAMIO_BAD_URI',
  'ERR_CAMIO_UNKNOWN_SCHEME',
  'ERR_CAMIO_UNKNOWN_OPTION',
  'ERR_CAMIO_BAD_OPTION',
])

function styleOf({ json, raw }: CliArguments): Style {
  if (json) return 'json'
  return (raw ?? !process.stdout.isTTY) ? 'raw' : 'people'
}

async function once({ command, stdin }: CliArguments, runner: Runner): Promise<number> {
  const words: Uint8Array[] = command.map((word) => Buffer.from(word))
  if (stdin) words.push(await buffer(process.stdin))
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  return (await runner.run(words, interrupted.signal)) ? 0 : 1
}

/** A command a line. One that fails does not stop those behind it. */
async function script(runner: Runner, output: Output): Promise<number> {
  let code = 0
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  for await (const line of createInterface({ input: process.stdin })) {
    const words = wordsOf(line)
    if (words === null) output.complain(`quotes do not match: ${line}`)
    if (words?.length === 0) continue
    if (words === null || !(await runner.run(words, interrupted.signal))) code = 1
    if (interrupted.signal.aborted) break
  }
  return code
}
