/** Certificates as tests need them: good ones, and wrong in just one way each. */
import { generate } from 'selfsigned'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

interface Wanted {
  readonly name?: string
  readonly expired?: boolean
  /** Who signs it; default: itself. */
  readonly issuer?: Certificate
  readonly authority?: boolean
}

const DAY_MS = 86_400_000

export async function certificate({
  name = 'localhost',
  expired,
  issuer,
  authority,
}: Wanted = {}): Promise<Certificate> {
  const now = Date.now()
  const pems = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - 10 * DAY_MS),
    notAfterDate: new Date(expired ? now - DAY_MS : now + 10 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: authority ?? issuer === undefined, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }, ...loopback(name)] },
    ],
    ...(issuer && { ca: { key: issuer.key, cert: issuer.cert } }),
  })
  return { cert: pems.cert, key: pems.private }
}

function loopback(name: string): Array<{ type: 7; ip: string }> {
  return name === 'localhost' ? [{ type: 7, ip: '127.0.0.1' }] : []
}
