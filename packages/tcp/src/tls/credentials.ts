/** Certificates and keys: an option object, a file named by an option, or a file named by the environment - in this order. */
import { readFile } from 'node:fs/promises'
import type { SecureContextOptions } from 'node:tls'
import { CamioError, fromSystemError, type Target } from '@camio/core/spi'
import type { tlsOptions } from '../options.js'

export type TlsTarget = Target<typeof tlsOptions>

type Pem = string | Buffer

/** @throws `ERR_CAMIO_NOT_FOUND` and the like for files that cannot be read */
export async function credentials({ uri, options }: TlsTarget): Promise<SecureContextOptions> {
  const { env } = process
  const files = {
    cert: options.certFile ?? env.CAMIO_TLS_CERT,
    key: options.keyFile ?? env.CAMIO_TLS_KEY,
    ca: options.caFile ?? env.CAMIO_TLS_CA,
  }
  const found: SecureContextOptions = {}
  for (const name of ['cert', 'key', 'ca'] as const) {
    const given = options[name] === undefined ? await fromFile(files[name], uri) : toPem(name, options[name], uri)
    if (given !== undefined) found[name] = given
  }
  const passphrase = options.passphrase ?? env.CAMIO_TLS_PASSPHRASE
  if (passphrase !== undefined) found.passphrase = passphrase
  return found
}

/** Runs what makes a secure context of them. @throws `ERR_CAMIO_TLS` for what is no certificate or not its key */
export function usable<T>(uri: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    const message = `${uri}: the certificate or its key cannot be used: ${(error as Error).message}`
    throw new CamioError('ERR_CAMIO_TLS', message, { uri, cause: error })
  }
}

function toPem(name: string, given: unknown, uri: string): Pem | Pem[] {
  if (typeof given === 'string') return given
  if (given instanceof Uint8Array) return Buffer.from(given.buffer, given.byteOffset, given.length)
  if (name === 'ca' && Array.isArray(given)) return given.map((one) => toPem('', one, uri) as Pem)
  throw new CamioError('ERR_CAMIO_BAD_OPTION', `option "${name}" in ${uri} is not PEM text or bytes`, { uri })
}

async function fromFile(path: string | undefined, uri: string): Promise<Pem | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path)
  } catch (error) {
    throw fromSystemError(error, uri, 'cannot read the certificate or key of')
  }
}
