/** The suite over ticks that come late. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import './both.js'

conformance({
  test: test.serial,
  harness: {
    scheme: 'timer',
    label: 'chaos=seed:10,delay:3ms',
    module: new URL('./both.js', import.meta.url).href,
    options: { chaos: 'seed:10,delay:3ms' },
    source: { uri: () => 'timer:10ms' },
  },
})
