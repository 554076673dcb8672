/** What became of each candidate, and the one error that tells it all. */
import { CamioError, shorten } from '../error.js'

/**
 * `first`: would be tried first; `next`: if those before it fail, or are slow; `dropped`: would not be tried. After opening: `opened`;
 * `failed`; `overtaken`: was under way when another one opened, and was aborted; `spared`: was not needed.
 */
export type Fate = 'first' | 'next' | 'dropped' | 'opened' | 'failed' | 'overtaken' | 'spared'

export interface CandidateReport {
  readonly uri: string
  readonly fate: Fate
  /** Why it was dropped or failed, or under what condition it is tried. */
  readonly reason?: string
  readonly error?: unknown
}

export class NoCandidate extends CamioError {
  /** @param candidates those that were tried, in this order, then those that were not */
  constructor(readonly candidates: readonly CandidateReport[]) {
    const lines = candidates.map(
      ({ uri, fate, reason }) => `\n  ${shorten(uri, 120)} ${fate}: ${shorten(reason ?? '', 300)}`,
    )
    const count = candidates.length === 1 ? 'the only candidate' : `none of ${candidates.length} candidates`
    super('ERR_CAMIO_NO_CANDIDATE', `${count} could be opened${lines.join('')}`, {
      uri: candidates[0]!.uri,
      cause: candidates.find(({ error }) => error !== undefined)?.error,
      // Each line is bounded, and so is their number.
      longest: Infinity,
    })
  }
}

/** The error's own words, without the URI, with which the line begins already. */
export function reasonOf(error: unknown, uri: string): string {
  const words = error instanceof Error ? error.message : String(error)
  const colon = `${uri}: `
  if (words.startsWith(colon)) return words.slice(colon.length)
  return words.startsWith(`${uri} `) ? words.slice(uri.length + 1) : words
}
