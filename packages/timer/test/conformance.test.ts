import { conformance } from '@camio/conformance'
import test from 'ava'
import '@camio/timer'

for (const [label, options] of [
  ['defaults', {}],
  ['spinning', { wait: 'spin:100us' }],
] as const) {
  conformance({
    test: test.serial,
    harness: {
      scheme: 'timer',
      label,
      module: import.meta.resolve('@camio/timer'),
      options,
      source: { uri: () => 'timer:10ms' },
    },
  })
}
