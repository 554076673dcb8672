/** `select` over a list that is given anew each time; a `Selector` keeps a set. */

import { type SelectFor, type SelectOptions, Selector } from './selector.js'
import type { Selectable } from './source.js'

export type SelectItem = Selectable | { readonly stream: Selectable; readonly for: SelectFor }

/**
 * Waits for the first of `items` to become ready - to read or accept, unless the item says `{ stream, for: 'write' }` - and
 * resolves with all that are. Readiness means data, the end or an error: the following call tells which.
 * @returns in the order of the list; empty when `timeout` ran out
 */
export async function select(items: Iterable<SelectItem>, options: SelectOptions = {}): Promise<Selectable[]> {
  const selector = new Selector()
  try {
    for (const item of items) {
      if ('stream' in item) selector.add(item.stream, item.for)
      else selector.add(item)
    }
    return [...(await selector.wait(options))]
  } finally {
    selector.close()
  }
}
