/** So does `wss:`. */
import test from 'node:test'
import { conformance } from '@camio/conformance'
import 'camio-ws'
import { certificate } from './certificates.js'

const { cert, key } = await certificate()

conformance({
  test,
  harness: {
    scheme: 'wss',
    module: import.meta.resolve('camio-ws'),
    pair: { address: () => 'wss://127.0.0.1:0/', listenOptions: { cert, key }, openOptions: { ca: cert } },
  },
})
