/** An authority of our own and a certificate signed by it: verification stays on. */
import { generate } from 'selfsigned'

export interface Certificates {
  /** The authority's certificate: who trusts it, trusts what it signed. PEM, as the others. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** Valid for one day, for 127.0.0.1 and localhost. */
export async function makeCertificates(): Promise<Certificates> {
  const notAfterDate = new Date(Date.now() + 24 * 3600 * 1000)
  const common = { keyType: 'ec', algorithm: 'sha256', notAfterDate } as const
  const authority = await generate([{ name: 'commonName', value: 'CamIO demo authority' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  return { ca: authority.cert, cert: server.cert, key: server.private }
}
