/** A short part of what `npm run test:long` does. */
import test from 'ava'
import { kills } from './long/kills.js'
import { messages } from './long/messages.js'
import { scribbles } from './long/scribbles.js'
import { wakes } from './long/wakes.js'
import { leftAtLast } from './support/left.js'

const SUITES = {
  'messages of all sizes between two processes arrive whole': () => messages(100_000, 20_000),
  'small messages between two processes arrive whole': () => messages(500_000, 76),
  'ends that are killed at random moments: nothing published is lost, the survivor is told': () => kills(10),
  'ends that scribble over the shared memory: the other one is told, and lives': () => scribbles(3000),
  'no wake-up is lost': () => wakes(10_000),
}

for (const [title, run] of Object.entries(SUITES)) {
  test.serial(title, async (t) => {
    const before = await leftAtLast()
    await run()
    t.deepEqual(await leftAtLast(), before)
  })
}
