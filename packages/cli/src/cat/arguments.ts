/** `camio cat`'s command line. */
import { UsageError } from '../complain.js'

export interface Request {
  /** In the order given, options and plain arguments alike. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly merge: boolean
  readonly json: boolean
  /** `undefined`: only where somebody watches. */
  readonly progress: boolean | undefined
  readonly plugins: readonly string[]
  readonly help: boolean
}

const OPTIONS = {
  in: { type: 'string', short: 'i', multiple: true },
  out: { type: 'string', short: 'o', multiple: true },
  merge: { type: 'boolean', short: 'm' },
  json: { type: 'boolean' },
  progress: { type: 'boolean' },
  'no-progress': { type: 'boolean' },
  plugin: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const

/** @throws UsageError */
export function parse(args: readonly string[]): Request {
  // Names only, as in most calls: Node's parser need not be loaded for that.
  if (!args.some((arg) => arg.length > 1 && arg.startsWith('-')))
    return { ...PLAIN, inputs: args.length > 0 ? args : ['-'] }
  const { values, tokens } = readArguments(args)
  const inputs: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') inputs.push(token.value)
    else if (token.kind === 'option' && token.name === 'in') inputs.push(token.value!)
  }
  if (values.progress && values['no-progress']) throw new UsageError('--progress and --no-progress exclude each other')
  return {
    inputs: inputs.length > 0 ? inputs : ['-'],
    outputs: values.out ?? ['-'],
    merge: values.merge ?? false,
    json: values.json ?? false,
    progress: values['no-progress'] ? false : values.progress,
    plugins: values.plugin ?? [],
    help: values.help ?? false,
  }
}

const PLAIN: Request = {
  inputs: [],
  outputs: ['-'],
  merge: false,
  json: false,
  progress: undefined,
  plugins: [],
  help: false,
}

function readArguments(args: readonly string[]) {
  try {
    const { parseArgs } = process.getBuiltinModule('node:util')
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, tokens: true })
  } catch (error) {
    // Node's sentence goes on with advice about positional arguments that does not fit here.
    throw new UsageError(`${(error as Error).message.split('. ')[0]} (see camio cat --help)`)
  }
}
