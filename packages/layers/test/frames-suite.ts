/** The suite over frames between two network namespaces, some of which are lost or come behind others. */
import { conformance } from '@camio/conformance'
import test from 'ava'
import { CABLES } from '../../xdp/dist-test/cable.js'
import { cables, missing } from '../../xdp/dist-test/namespaces.js'
import '@camio/layers'
import { ROUNDS } from './rounds.js'

const GROUPS = 3

export function framesUnderChaos(scheme: 'packet' | 'xdp', mtu: number): void {
  if (missing !== null) {
    test.skip(`${scheme}: under chaos= (${missing})`, (t) => t.pass())
    return
  }
  const { a, b, remove } = cables(GROUPS * CABLES, mtu)
  test.after.always(remove)
  let next = 0
  conformance({
    test: test.serial,
    harness: {
      scheme: `cable-${scheme}`,
      label: `${scheme}: under chaos=`,
      module: new URL('./frames.js', import.meta.url).href,
      options: { chaos: 'seed:9,loss:0.1,reorder:0.1,after:600' },
      // Closing a socket waits for the kernel (RCU), 60 ms and more: without this most of the time would go into one case.
      rounds: ROUNDS,
      pair: { address: () => `cable-${scheme}:${a}/${b}/${(next++ % GROUPS) * CABLES}/${next}` },
    },
  })
}
