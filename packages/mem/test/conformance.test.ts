import { conformance, type PlainOptions } from '@camio/conformance'
import test from 'ava'
import '@camio/mem'

let names = 0

function run(label: string, options: PlainOptions): void {
  const pair = { address: () => `mem:conformance-${++names}` }
  conformance({
    test: test.serial,
    harness: { scheme: 'mem', label, module: import.meta.resolve('@camio/mem'), options, pair },
  })
}

run('defaults', {})
// Full soon: every wait for room is taken.
run('small', { capacity: '128KiB', messages: 64 })
run('as bytes', { framing: 'bytes', capacity: '96KiB' })
