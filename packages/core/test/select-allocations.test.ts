/** A selector's events cost no memory, however many members are idle. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import test from 'ava'

const PROGRAM = new URL('support/select-allocations.program.js', import.meta.url)

test('poll() and watching again allocate nothing per event', async (t) => {
  // Young objects stay where they are until they are counted.
  const child = fork(PROGRAM, { execArgv: ['--max-semi-space-size=64', '--min-semi-space-size=64'] })
  const [bytesPerEvent] = (await once(child, 'message')) as [number]
  t.true(bytesPerEvent < 1, `${bytesPerEvent} bytes an event`)
})
