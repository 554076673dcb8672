/** Certificates and keys of `wss:`: an option object, or a file named by an option. The peer's certificate is always verified. */
import { readFile } from 'node:fs/promises'
import type { SecureContextOptions } from 'node:tls'
import { CamioError, fromSystemError } from '@camio/core/spi'
import type { WssTarget } from './options.js'

/** @throws `ERR_CAMIO_NOT_FOUND` and the like for files that cannot be read, `ERR_CAMIO_BAD_OPTION` */
export async function credentials({ uri, options }: WssTarget): Promise<SecureContextOptions> {
  const files = { cert: options.certFile, key: options.keyFile, ca: options.caFile }
  const found: SecureContextOptions = {}
  for (const name of ['cert', 'key', 'ca'] as const) {
    const given = options[name] === undefined ? await fromFile(files[name], uri) : toPem(name, options[name], uri)
    if (given !== undefined) found[name] = given
  }
  return found
}

function toPem(name: string, given: unknown, uri: string): string | Buffer {
  if (typeof given === 'string') return given
  if (given instanceof Uint8Array) return Buffer.from(given.buffer, given.byteOffset, given.length)
  throw new CamioError('ERR_CAMIO_BAD_OPTION', `option "${name}" in ${uri} is not PEM text or bytes`, { uri })
}

async function fromFile(path: string | undefined, uri: string): Promise<Buffer | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path)
  } catch (error) {
    throw fromSystemError(error, uri, 'cannot read the certificate or key of')
  }
}
