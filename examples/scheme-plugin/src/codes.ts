/** Why a WebSocket closed: the codes of RFC 6455, section 7.4, as an end or as errors of core. */
import { CamioError } from '@camio/core/spi'

export const Code = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  /** Its frame had no code. */
  NONE: 1005,
  /** There was no frame: the connection just broke off. */
  BROKE_OFF: 1006,
  /** Ours, of those for private use: the sender of this code did not read everything that was sent to it. */
  UNREAD: 4001,
} as const

const ENDS: ReadonlySet<number> = new Set([Code.NORMAL, Code.GOING_AWAY, Code.NONE])

const ERRORS: ReadonlyMap<number, readonly [code: string, words: string]> = new Map([
  [1002, ['ERR_CAMIO_FRAME', 'the other end found a protocol error']],
  [1003, ['ERR_CAMIO_FRAME', 'the other end does not take this kind of message']],
  [Code.BROKE_OFF, ['ERR_CAMIO_PEER_LOST', 'the connection broke off']],
  [1007, ['ERR_CAMIO_FRAME', 'the other end found text that is no UTF-8']],
  [1008, ['ERR_CAMIO_REFUSED', 'the other end refuses what was sent']],
  [1009, ['ERR_CAMIO_TOO_LARGE', 'a message was too large for the other end']],
  [1011, ['ERR_CAMIO_RESET', 'the other end failed']],
  [1012, ['ERR_CAMIO_UNAVAILABLE', 'the other end restarts']],
  [1013, ['ERR_CAMIO_UNAVAILABLE', 'the other end is overloaded']],
  [Code.UNREAD, ['ERR_CAMIO_RESET', 'the other end closed without reading everything']],
])

/** @param reason in the words of the peer @returns `null` for a close that is an end */
export function whyClosed(code: number, reason: string, uri: string): CamioError | null {
  if (ENDS.has(code)) return null
  const [error, words] = ERRORS.get(code) ?? ['ERR_CAMIO_RESET', 'the other end closed']
  const quoted = reason === '' ? '' : `: ${JSON.stringify(reason)}`
  return new CamioError(error, `${uri}: ${words} (code ${code}${quoted})`, { uri })
}
