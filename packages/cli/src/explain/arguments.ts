/** `camio explain`'s command line. */
import { parseArgs } from 'node:util'
import type { Needs } from '@camio/core'
import { UsageError } from '../complain.js'

export interface Request {
  /** Candidates, in the order given. */
  readonly sources: readonly string[]
  readonly sinks: readonly string[]
  /** Not checked yet: core says what is wrong with them. */
  readonly needs: Needs
  readonly analyze: boolean
  readonly json: boolean
  readonly plugins: readonly string[]
  readonly help: boolean
}

const wishes = { type: 'string', multiple: true } as const

const OPTIONS = {
  out: { type: 'string', short: 'o', multiple: true },
  require: wishes,
  prefer: wishes,
  avoid: wishes,
  prohibit: wishes,
  analyze: { type: 'boolean' },
  json: { type: 'boolean' },
  plugin: { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const

/** @throws UsageError */
export function parse(args: readonly string[]): Request {
  const { values, positionals } = read(args)
  const help = values.help ?? false
  if (positionals.length === 0 && !help) throw new UsageError('explain: what? (see camio explain --help)')
  return {
    sources: positionals,
    sinks: values.out ?? [],
    needs: {
      require: listOf(values.require),
      prefer: listOf(values.prefer),
      avoid: listOf(values.avoid),
      prohibit: listOf(values.prohibit),
    } as Needs,
    analyze: values.analyze ?? false,
    json: values.json ?? false,
    plugins: values.plugin ?? [],
    help,
  }
}

/** `--require reliable,ordered --require mtu>=1KiB` */
function listOf(given: readonly string[] | undefined): readonly string[] | undefined {
  return given?.flatMap((text) => text.split(','))
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    throw new UsageError(`explain: ${(error as Error).message.split('. ')[0]} (see camio explain --help)`)
  }
}
