/** The text of a layer's option: `10MiB/s,burst:64KiB`, a first value and named ones, or named ones only. */
import { nearest, type Refuse } from '@camio/core/spi'

export interface Terms {
  /** What stands without a name; `null` if nothing does. */
  readonly first: string | null
  readonly named: ReadonlyMap<string, string>
}

/** @param names those that may be given @throws `refuse(...)` */
export function parseTerms(text: string, names: readonly string[], refuse: Refuse): Terms {
  const parts = text.split(',')
  const named = new Map<string, string>()
  const first = parts[0]!.includes(':') ? null : parts.shift()!
  for (const part of parts) {
    const colon = part.indexOf(':')
    const name = part.slice(0, Math.max(colon, 0))
    if (!names.includes(name)) throw refuse(`has "${part}": did you mean "${nearest(name || part, names)}:..."?`)
    if (named.has(name)) throw refuse(`has "${name}" more than once`)
    named.set(name, part.slice(colon + 1))
  }
  return { first, named }
}

/** Reads one named value. @param read answers `null` where the text is no such thing @throws `refuse(...)` */
export function term<T>(
  { named }: Terms,
  name: string,
  what: string,
  read: (text: string) => T | null,
  refuse: Refuse,
): T | undefined {
  const text = named.get(name)
  if (text === undefined) return undefined
  const value = read(text)
  if (value === null) throw refuse(`has ${name}:${text}, which is not ${what}`)
  return value
}
