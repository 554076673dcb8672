// node --test conform.mjs: the published suite against the installed @camio/tcp and @camio/core.
import test from 'node:test'
import { conformance } from '@camio/conformance'
import '@camio/tcp'

const module = import.meta.resolve('@camio/tcp')
for (const engine of ['native', 'node'])
  conformance({
    test,
    harness: {
      scheme: 'tcp',
      module,
      label: engine,
      options: { engine },
      pair: { address: () => 'tcp://127.0.0.1:0' },
    },
  })
