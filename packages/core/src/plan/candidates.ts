/** From a configuration string to a list of candidates. */
import { CamioError, shorten, show } from '../error.js'
import { parseUri } from '../uri/parse.js'

/** More than anybody means; each may cost an attempt. */
const MOST = 64

/**
 * URIs separated by white space, in the order in which they shall be tried; from a `#` to the end of its line is a comment (in a URI
 * `#` and spaces are written `%23` and `%20`). `open(parseCandidates(process.env.KV ?? 'shm:kv tcp://kv:7000'))`.
 * @throws `ERR_CAMIO_BAD_URI` for an empty list, and for what is no URI
 */
export function parseCandidates(text: string): readonly string[] {
  if (typeof text !== 'string') throw bad(`a list of candidates is text, not ${show(text)}`)
  const uris = text
    .replace(/(^|\s)#.*$/gm, '$1')
    .split(/\s+/)
    .filter((uri) => uri !== '')
  for (const uri of uris) {
    parseUri(uri)
    // "a:1, b:2": the comma would silently become part of the address.
    if (/[,;|]$/.test(uri))
      throw bad(`"${shorten(uri, 80)}" ends with "${uri.at(-1)}": candidates are separated by spaces`)
  }
  checkCount(uris)
  return uris
}

/** @throws `ERR_CAMIO_BAD_URI` */
export function checkCount(uris: readonly unknown[]): void {
  if (uris.length === 0) throw bad('a list of candidates is empty')
  if (uris.length > MOST) throw bad(`a list of ${uris.length} candidates is longer than ${MOST}`)
}

function bad(message: string): CamioError {
  return new CamioError('ERR_CAMIO_BAD_URI', message)
}
