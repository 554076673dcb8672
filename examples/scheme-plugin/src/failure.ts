/** Errors of `ws`, of sockets and of OpenSSL, once, at this edge. */
import { CamioError, fromSystemError } from '@camio/core/spi'

/** Node's and OpenSSL's names for "not trusted" (openssl-verification-options(1)). */
const TLS = /^(ERR_(TLS|SSL|OSSL)_|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE))/

/** @param what what was tried, as the sentence's beginning */
export function failure(error: unknown, uri: string, what: string): CamioError {
  const first = firstOf(error)
  const { code = '', message } = first
  const init = { uri, cause: error }
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return new CamioError('ERR_CAMIO_TOO_LARGE', `${uri}: a message is over max-message`, init)
  if (code.startsWith('WS_ERR_')) return new CamioError('ERR_CAMIO_FRAME', `${what} ${uri}: ${message}`, init)
  if (TLS.test(code)) return new CamioError('ERR_CAMIO_TLS', `${what} ${uri}: ${message} (${code})`, init)
  return fromSystemError(first, uri, what)
}

/** A host with several addresses fails with all their errors at once, and no message. */
function firstOf(error: unknown): NodeJS.ErrnoException {
  return (error instanceof AggregateError ? error.errors[0] : error) as NodeJS.ErrnoException
}

/** The server answered the request for a WebSocket with something else. */
export function refusedBy(status: number, uri: string): CamioError {
  const code =
    status === 401 || status === 403
      ? 'ERR_CAMIO_NO_PERMISSION'
      : status === 404
        ? 'ERR_CAMIO_NOT_FOUND'
        : 'ERR_CAMIO_REFUSED'
  return new CamioError(code, `${uri}: the server answered ${status}, not with a WebSocket`, { uri })
}
