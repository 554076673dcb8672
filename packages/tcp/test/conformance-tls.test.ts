import '@camio/tcp'
import { conformance } from '@camio/conformance'
import test from 'ava'
import { certificate } from './certificates.js'

const { cert, key } = await certificate()

conformance({
  test: test.serial,
  harness: {
    scheme: 'tls',
    module: import.meta.resolve('@camio/tcp'),
    pair: {
      address: () => 'tls://127.0.0.1:0',
      listenOptions: { cert, key },
      openOptions: { ca: cert },
    },
  },
})
