/** `camio-kv cli [options] URI [options] [COMMAND [ARGUMENT]...]`: what stands behind the command's name belongs to the command. */
import { UsageError } from '../usage.js'

export interface CliArguments {
  readonly help: boolean
  /** A URI, or several, the first that opens being taken. */
  readonly uri: string
  readonly command: readonly string[]
  readonly json: boolean
  /** `null`: as redis-cli does, raw unless standard output is a terminal. */
  readonly raw: boolean | null
  /** The last argument is read from standard input. */
  readonly stdin: boolean
  readonly protocol: 2 | 3
}

type Options = { -readonly [name in keyof CliArguments]: CliArguments[name] }

const OPTIONS: Readonly<Record<string, (options: Options) => void>> = {
  '--help': (options) => (options.help = true),
  '-h': (options) => (options.help = true),
  '--json': (options) => (options.json = true),
  '--raw': (options) => (options.raw = true),
  '--no-raw': (options) => (options.raw = false),
  '-x': (options) => (options.stdin = true),
  '-2': (options) => (options.protocol = 2),
  '-3': (options) => (options.protocol = 3),
}

/** @throws UsageError */
export function parseCli(args: readonly string[]): CliArguments {
  const options: Options = { help: false, uri: '', command: [], json: false, raw: null, stdin: false, protocol: 3 }
  let at = 0
  for (; at < args.length; at++) {
    const word = args[at]!
    const set = OPTIONS[word]
    if (set !== undefined) set(options)
    else if (word.startsWith('-') && word !== '-') throw new UsageError(`there is no option ${word}`)
    else if (options.uri === '') options.uri = word
    else break
  }
  options.command = args.slice(at)
  if (options.help) return options
  if (options.uri === '') throw new UsageError('which server? Give a URI such as tcp://127.0.0.1:7379')
  if (options.stdin && options.command.length === 0) throw new UsageError('-x adds an argument to a command: give one')
  return options
}
