/** `camio explain`: what `open` and `pipe` would do, what it would cost, and with `--analyze` what it did cost. */
import { type Explanation, explain as explainEnds, isCamioError, KNOWN_SCHEMES } from '@camio/core'
import { answer } from '../answer.js'
import { dieBy, Interruption } from '../cat/signals.js'
import { complain, exitCodeOf, isUsageError, say } from '../complain.js'
import { resolveEnd } from '../end.js'
import { EXPLAIN_HELP } from '../help.js'
import { loadPlugin, type Plugins, pluginsFrom } from '../load.js'
import { parse, type Request } from './arguments.js'

const NAME = 'camio explain'

/** @returns the exit code: 1 where there is nothing to predict, or what was done failed @throws UsageError */
export async function explain(args: readonly string[]): Promise<number> {
  const request = parse(args)
  if (request.help) return answer(NAME, EXPLAIN_HELP)
  const plugins = pluginsFrom(request.plugins)
  for (const name of plugins.named) await loadPlugin(name)
  const [sources, sinks] = [await resolve(request.sources, plugins), await resolve(request.sinks, plugins)]
  const interruption = request.analyze ? new Interruption() : null
  try {
    const explanation = await explained(request, sources, sinks, interruption?.signal)
    const code = await tell(request, explanation, sinks)
    if (interruption?.by !== undefined) await dieBy(interruption.by)
    return explanation.problem === null ? code : 1
  } catch (error) {
    if (interruption?.by !== undefined) await dieBy(interruption.by)
    if (!isCamioError(error)) throw error
    complain(NAME, error.message)
    return exitCodeOf(error)
  }
}

/** What is known and not installed is no mistake here: it is one of the things that are explained. */
async function resolve(ends: readonly string[], plugins: Plugins): Promise<string[]> {
  const uris: string[] = []
  for (const given of ends) {
    try {
      uris.push((await resolveEnd(given, plugins)).uri)
    } catch (error) {
      if (!isUsageError(error) || !Object.hasOwn(KNOWN_SCHEMES, given.split(':')[0]!)) throw error
      uris.push(given)
    }
  }
  return uris
}

function explained(
  { needs, analyze }: Request,
  sources: readonly string[],
  sinks: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Explanation> {
  const options = { ...needs, analyze, signal }
  return sinks.length === 0 ? explainEnds(sources, options) : explainEnds(sources, sinks, options)
}

/** Standard output may belong to the bytes. */
async function tell({ json, analyze }: Request, explanation: Explanation, sinks: readonly string[]): Promise<0 | 1> {
  const text = `${json ? JSON.stringify(explanation, null, 2) : explanation}\n`
  if (!analyze || !sinks.some((uri) => uri.startsWith('stdio:'))) return answer(NAME, text)
  say(2, text)
  return 0
}
