/** What went wrong between two ends that do not trust each other, in words. */
import { CamioError, fromSystemError } from '@camio/core/spi'

/** OpenSSL's verdicts (openssl-verification-options(1)) and Node's. */
const VERDICTS: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  HOSTNAME_MISMATCH: 'the certificate is for another name',
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed and not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate’s chain ends in a self-signed one that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate’s issuer is unknown',
  UNABLE_TO_GET_ISSUER_CERT: 'the certificate’s issuer is unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate’s issuer is unknown',
  CERT_REVOKED: 'the certificate was revoked',
  CERT_SIGNATURE_FAILURE: 'the certificate’s signature is wrong',
  INVALID_CA: 'the certificate’s issuer may not issue certificates',
  INVALID_PURPOSE: 'the certificate is not made for this purpose',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the other side wants a certificate of ours (cert, key)',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the other side does not know the issuer of our certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'our certificate has expired',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'the other side refused our certificate',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'the other side speaks none of the protocols of alpn=',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the other side does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the other side does not speak TLS',
  ERR_SSL_HTTP_REQUEST: 'the other side does not speak TLS',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'the handshake took too long',
}

/** @param what what was tried, as the sentence's beginning */
export function tlsFailure(error: unknown, uri: string, what: string): CamioError {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException
  if (typeof code !== 'string') return fromSystemError(error, uri, what)
  // The peer's system is alive, its program is not: no farewell came.
  if (code === 'ERR_SSL_UNEXPECTED_EOF_WHILE_READING') {
    return new CamioError('ERR_CAMIO_PEER_LOST', `${what} ${uri}: the connection broke off`, { uri, cause: error })
  }
  const verdict = VERDICTS[code]
  if (verdict === undefined && !/^ERR_(SSL|TLS|OSSL)_/.test(code)) return fromSystemError(error, uri, what)
  const words = verdict === undefined ? message : `${verdict} (${code}: ${message})`
  return new CamioError('ERR_CAMIO_TLS', `${what} ${uri}: ${words}`, { uri, cause: error })
}
