/** `select` over a list that is given anew each time; a `Selector` keeps a set. */
import { CamioError } from './error.js'
import { type MemberOptions, type SelectFor, type SelectOptions, Selector } from './selector.js'
import type { Selectable } from './source.js'

/** `for` is `read` if not said: to read, or to accept. */
export type SelectItem =
  | Selectable
  | (MemberOptions & { readonly stream: Selectable; readonly for?: SelectFor | undefined })

/**
 * Waits for the first of `items` to become ready - to read or accept, unless the item says `{ stream, for: 'write' }` - and
 * resolves with all that are, each once, those of a higher `priority` first. Readiness means data, the end, an error or that it is closed: the following call tells
 * which.
 * @returns empty when `timeout` ran out
 * @throws what `Selector.wait` throws; `ERR_CAMIO_MISUSE` for an empty list without a timeout, which would never resolve
 */
export async function select(items: Iterable<SelectItem>, options: SelectOptions = {}): Promise<Selectable[]> {
  const selector = new Selector()
  try {
    for (const item of items) {
      if ('stream' in item) selector.add(item.stream, item.for, item)
      else selector.add(item)
    }
    if (selector.size === 0 && options.timeout === undefined) {
      throw new CamioError('ERR_CAMIO_MISUSE', 'select needs something to wait for, or a timeout')
    }
    return [...(await selector.wait(options))]
  } finally {
    selector.close()
  }
}
