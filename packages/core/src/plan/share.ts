/** One options object for a list of URIs: each option goes to those whose scheme has it. */
import { CORE_OPTIONS } from '../options.js'
import type { Registry } from '../registry.js'
import { parseUri } from '../uri/parse.js'
import { camel, type OptionSchema } from '../uri/schema.js'

type Options = Readonly<Record<string, unknown>>

/** What is passed beside the options, to all. */
const CONTROL = ['signal', 'registry']

/**
 * @returns the options of each URI. An option that no scheme of the list has stays with all of them, so that it is refused; unless
 *   one of the schemes is not registered: it may be that one's.
 */
export function shareOptions(uris: readonly string[], given: Options, registry: Registry): Options[] {
  const names = uris.map((uri) => optionNames(uri, registry))
  const owned = new Set(names.flatMap((own) => [...(own ?? [])]))
  const unknownTo = names.includes(null) ? [] : Object.keys(given).filter((name) => !owned.has(name))
  return names.map((own) => {
    const takes = (name: string) => own === null || own.has(name) || CONTROL.includes(name) || unknownTo.includes(name)
    return Object.fromEntries(Object.entries(given).filter(([name]) => takes(name)))
  })
}

/** As objects have them. `null`: the scheme is not registered. */
function optionNames(uri: string, registry: Registry): Set<string> | null {
  const { scheme } = parseUri(uri)
  if (!registry.has(scheme)) return null
  const schema: OptionSchema = { ...CORE_OPTIONS, ...registry.driver(scheme).options }
  return new Set(Object.keys(schema).map(camel))
}
