/** `explain`: what `open` and `pipe` would do, and what it would cost. Loaded when it is called: explain/. */

import type { ExplainGiven } from './explain/explained.js'
import type { Explanation } from './explain/explanation.js'
import type { OpenOptions } from './open.js'
import { isStream, type Stream } from './stream.js'

/**
 * Beside the options of `open`, which go to the ends whose schemes have them: `analyze` does what is explained - opens, moves everything
 * from the source to the sink, or reads it where there is no sink - and puts what was measured beside what was predicted.
 */
export type ExplainOptions<U extends string = string> = OpenOptions<U> & { readonly analyze?: boolean | undefined }

/**
 * What `open` would do with a URI or a list of candidates: every candidate, its fate and why, and what a message costs. Of a stream that
 * is open: what it costs. Nothing is opened without `analyze`.
 * @throws what `open` throws before it opens anything; with `analyze` whatever it and `pipe` throw
 */
export function explain<const U extends string>(
  what: U | readonly U[] | Stream,
  options?: ExplainOptions<NoInfer<U>>,
): Promise<Explanation>
/** The same for both ends of a pipe, and the path that `pipe` would take between them. */
export function explain<const U extends string>(
  source: U | readonly U[] | Stream,
  sink: U | readonly U[] | Stream,
  options?: ExplainOptions<NoInfer<U>>,
): Promise<Explanation>
export async function explain(source: End, second?: End | ExplainGiven, third?: ExplainGiven): Promise<Explanation> {
  const { explained } = await import('./explain/explained.js')
  return isEnd(second) ? explained(source, second, third ?? {}) : explained(source, null, second ?? {})
}

type End = string | readonly string[] | Stream

function isEnd(value: End | ExplainGiven | undefined): value is End {
  return typeof value === 'string' || Array.isArray(value) || isStream(value)
}
