/** `camio schemes`: what is installed, and what it can do here. */
import { parseArgs } from 'node:util'
import { KNOWN_SCHEMES, registry } from '@camio/core'
import { answer } from '../answer.js'
import { UsageError } from '../complain.js'
import { SCHEMES_HELP } from '../help.js'
import { loadOwn, loadPlugin, pluginsFrom, unknownScheme } from '../load.js'
import { describe, type SchemeInfo } from './describe.js'
import { print } from './print.js'

const NAME = 'camio schemes'

/** @returns the exit code @throws UsageError */
export async function schemes(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args)
  if (values.help) return answer(NAME, SCHEMES_HELP)
  await loadAll(values.plugin)
  const all = everything()
  const wanted = positionals.map((name) => name.replace(/:$/, ''))
  for (const name of wanted) if (!all.some(({ scheme }) => scheme === name)) throw unknownScheme(name)
  const chosen = wanted.length === 0 ? all : all.filter(({ scheme }) => wanted.includes(scheme))
  return answer(NAME, values.json ? `${JSON.stringify(chosen, null, 2)}\n` : print(chosen))
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        plugin: { type: 'string', multiple: true },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(`schemes: ${(error as Error).message.split('. ')[0]} (see camio schemes --help)`)
  }
}

async function loadAll(named: readonly string[] | undefined): Promise<void> {
  const plugins = pluginsFrom(named)
  for (const name of [...plugins.named, ...plugins.allowed]) await loadPlugin(name)
  await Promise.all([...new Set(Object.values(KNOWN_SCHEMES))].map(loadOwn))
}

/** Installed schemes first, each group in the order of the alphabet. */
function everything(): SchemeInfo[] {
  const missing = Object.entries(KNOWN_SCHEMES)
    .filter(([scheme]) => !registry.has(scheme))
    .sort()
  return [
    ...registry.list().map(describe),
    ...missing.map(([scheme, home]) => ({
      scheme,
      package: home,
      installed: false as const,
      install: `npm install ${home}`,
    })),
  ]
}
