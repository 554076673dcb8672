/** `netmap:` and `vale:` pass the suite when some frames are lost or come behind others. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { SWITCHES } from './cable.js'
import './chaos-cable.js'

let next = 0
for (const [scheme, label, atOnce] of [
  ['cable-pipe', 'netmap: under chaos=', undefined],
  ['cable-vale', 'vale: under chaos=', SWITCHES],
] as const)
  conformance({
    test: test.serial,
    harness: {
      scheme,
      label,
      module: import.meta.resolve('./chaos-cable.js'),
      options: { chaos: 'seed:12,loss:0.1,reorder:0.1,after:600' },
      rounds: 20,
      pair: {
        ...(atOnce !== undefined && { atOnce }),
        address: () => `${scheme}:${process.pid.toString(36)}/${next++}`,
      },
    },
  })
