/** An authority and what it signed, for one run of the tests. */
import { generate } from 'selfsigned'

const DAY_MS = 86_400_000

export interface Certificate {
  readonly cert: string
  readonly key: string
}

export async function certificate(host = '127.0.0.1'): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: host }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: host }] },
    ],
  })
  return { cert, key }
}
