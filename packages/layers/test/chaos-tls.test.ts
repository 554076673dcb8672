/** The suite over an encrypted connection whose bytes come late. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { certificate } from '../../tcp/dist-test/certificates.js'
import { harness } from './transports.js'

const { cert, key } = await certificate()
const plain = harness('tls', { chaos: 'seed:7,delay:1ms' })
const pair = { ...plain.pair!, listenOptions: { cert, key }, openOptions: { ca: cert } }

conformance({ test: test.serial, harness: { ...plain, pair } })
