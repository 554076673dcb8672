import { parseArgs } from 'node:util'

export interface Arguments {
  readonly suites: readonly string[]
  readonly json: boolean
  readonly quick: boolean
  readonly help: boolean
  readonly list: boolean
  /** Only cases whose name contains one of these. */
  readonly cases: readonly string[]
  /** Only contestants whose name contains one of these. */
  readonly only: readonly string[]
  readonly runs: number | null
  readonly seed: number
  readonly out: string | null
}

/** @throws with a sentence for the user */
export function parse(argv: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      list: { type: 'boolean', default: false },
      case: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true, default: [] },
      runs: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string' },
    },
  })
  return {
    suites: positionals,
    json: values.json,
    quick: values.quick,
    help: values.help,
    list: values.list,
    cases: values.case,
    only: values.only,
    runs: values.runs === undefined ? null : integer('--runs', values.runs, 1, 1000),
    seed: values.seed === undefined ? Date.now() >>> 0 : integer('--seed', values.seed, 0, 2 ** 32 - 1),
    out: values.out ?? null,
  }
}

function integer(name: string, value: string, least: number, most: number): number {
  const number = Number(value)
  if (value.trim() === '' || !Number.isInteger(number) || number < least || number > most) {
    throw new RangeError(`${name} needs an integer from ${least} to ${most}, not '${value}'`)
  }
  return number
}
