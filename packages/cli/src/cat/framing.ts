/** Whether inputs and outputs fit together, from what the URIs and the schemes declare: nothing has to be opened for that. */
import { parseUri, registry } from '@camio/core'
import { UsageError } from '../complain.js'
import type { End } from '../end.js'

/** @throws UsageError */
export function checkFraming(inputs: readonly End[], outputs: readonly End[]): void {
  const wanted = outputs.map((end) => ({ end, framing: framingOf(end) }))
  for (const input of inputs) {
    const framing = framingOf(input)
    const odd = wanted.find((output) => output.framing !== framing)
    if (odd === undefined) continue
    const takes = `${odd.end.given} takes ${odd.framing}`
    throw new UsageError(`${input.given}: gives ${framing}, but ${takes}: declare framing= and frame= at one end`)
  }
}

/** What is wrong with a URI is said when it is opened. */
function optionsOf(uri: string): ReadonlyMap<string, string> {
  try {
    return new Map(parseUri(uri).options)
  } catch {
    return new Map()
  }
}

function framingOf({ uri, scheme }: End): string {
  const own = registry.driver(scheme).features.framing
  if (!uri.includes('fram')) return own
  const options = optionsOf(uri)
  return options.get('framing') ?? (options.has('frame') ? 'messages' : own)
}
