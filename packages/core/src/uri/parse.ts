/** `scheme:address?option=value&...` - the syntax, and nothing about what it means. */
import { CamioError, shorten, show } from '../error.js'

export interface ParsedUri {
  /** As given; `-` stands written out, as `stdio:`. */
  readonly uri: string
  /** Lower case, without the colon. */
  readonly scheme: string
  /** What stands between the scheme and the options, percent-decoded. */
  readonly address: string
  /** Options in order, percent-decoded. A bare name has the value `1`. */
  readonly options: ReadonlyArray<readonly [name: string, value: string]>
}

/** No address or option that means something is longer; a longer text is a mistake or an attack. */
const MAX_URI = 65_536

/** Characters of a scheme's name. No `{0,31}`: V8 unrolls it, and every program that starts would wait for that. */
export const MAX_SCHEME = 32
const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):/

export function parseUri(text: string): ParsedUri {
  if (typeof text !== 'string') throw bad(show(text), 'is not a string')
  if (text.length > MAX_URI) throw bad(text, `is longer than ${MAX_URI} characters`)
  const uri = text === '-' || text.startsWith('-?') ? `stdio:${text.slice(1)}` : text
  const match = SCHEME.exec(uri)
  if (!match || match[1]!.length > MAX_SCHEME)
    throw bad(text, 'has no scheme: write scheme:address, as in tcp://host:7000 or file:/tmp/data')
  const rest = uri.slice(match[0].length)
  if (rest.includes('#')) throw bad(text, 'has a "#": write it as %23')
  const question = rest.indexOf('?')
  const address = question < 0 ? rest : rest.slice(0, question)
  const query = question < 0 ? '' : rest.slice(question + 1)
  return {
    uri,
    scheme: match[1]!.toLowerCase(),
    address: decode(text, address, 'address'),
    options: pairs(text, query),
  }
}

function pairs(text: string, query: string): Array<[string, string]> {
  if (query === '') return []
  return query.split('&').map((part) => {
    const equals = part.indexOf('=')
    const name = decode(text, equals < 0 ? part : part.slice(0, equals), 'option name')
    if (name === '') throw bad(text, `has an option without a name: "${shorten(part, 40)}"`)
    return [name, equals < 0 ? '1' : decode(text, part.slice(equals + 1), `option ${shorten(name, 40)}`)]
  })
}

function decode(text: string, part: string, what: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(part)
  } catch {
    throw bad(text, `has a bad percent escape in its ${what}`)
  }
  if (decoded.includes('\0')) throw bad(text, `has a NUL character in its ${what}`)
  return decoded
}

function bad(text: string, why: string): CamioError {
  return new CamioError('ERR_CAMIO_BAD_URI', `the URI "${shorten(text, 80)}" ${why}`, { uri: text })
}

/** Percent-encodes what a URI gives a meaning to (`%`, `?`, `#`), white space and control characters; leaves the rest readable. */
export function encodeAddress(address: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are just what is looked for
  return address.replace(/[%?#\s\u0000-\u001f\u007f]/g, (c) => encodeURIComponent(c))
}

/** A `file:` URI of any path, whatever characters it has. */
export function fileUri(path: string): string {
  return `file:${encodeAddress(path)}`
}
