import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { open } from '@camio/core'
import { area, LINK, PAIR, PLAIN, READS, STORE } from '../case.js'
import { gc } from '../gc.js'
import { collectBytes, pattern } from '../payload.js'
import { Rig } from '../rig.js'

/** Open descriptors, where the system tells. */
function descriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}

const MIB = 1024 * 1024

interface Usage {
  descriptors: number
  heap: number
  external: number
  rss: number
}

/** What may remain: caches, code that was compiled meanwhile, pages that the allocator keeps. */
const SLACK: Usage = { descriptors: 0, heap: 8 * MIB, external: 8 * MIB, rss: 128 * MIB }

/** What is given back comes back after a while: closing and sweeping go on in other threads. */
const PATIENCE_MS = 5000

/** Rounds of a case, where the harness does not say how many. */
const ROUNDS = 200

/** Does `cycle` often enough that what it leaves behind would show, after it filled the caches. */
async function leavesNothing({ subject }: Rig, cycle: () => Promise<void>, share = 1): Promise<void> {
  const times = (subject.harness.rounds ?? ROUNDS) * share
  for (let i = 0; i < times / 4; i++) await cycle()
  const before = await usage()
  for (let i = 0; i < times; i++) await cycle()
  const end = performance.now() + PATIENCE_MS
  let left = excess(before, await usage())
  while (left.length > 0 && performance.now() < end) left = excess(before, await usage())
  assert.deepEqual(left, [], `left behind by ${times} rounds: ${left.join(', ')}`)
}

function excess(before: Usage, after: Usage): string[] {
  const kinds = Object.keys(SLACK) as Array<keyof Usage>
  return kinds
    .filter((kind) => after[kind] - before[kind] > SLACK[kind])
    .map((kind) => `${kind} +${after[kind] - before[kind]}`)
}

async function usage(): Promise<Usage> {
  for (let i = 0; i < 3; i++) {
    gc()
    // Finalizers run between turns.
    await new Promise<void>((resolve) => setTimeout(resolve, 1))
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { descriptors: descriptors(), heap: heapUsed, external, rss }
}

export const leaks = area('leaks', [
  {
    title: 'opening, using and closing leaves no descriptor and no memory behind',
    needs: [PAIR],
    run: (rig) =>
      leavesNothing(rig, async () => {
        const own = new Rig(rig.subject)
        const { near, far } = await own.pair()
        await near.write(pattern(0, 10_000))
        await near.end()
        await collectBytes(far)
        await far.close()
        await near.close()
        await own.dispose()
      }),
  },
  {
    title: 'closing in the middle of everything leaves nothing behind',
    needs: [LINK],
    run: (rig) =>
      leavesNothing(rig, async () => {
        const own = new Rig(rig.subject)
        const { near, far } = await own.pair()
        near.tryWrite(pattern(0, Math.min(10_000, near.maxClaim)))
        await far.read()
        const waits = Promise.allSettled([near.read(), near.readable(), near.readable()])
        near.tryClaim(100)
        await own.dispose()
        await waits
      }),
  },
  {
    title: 'opening what is not there leaves nothing behind',
    needs: [PAIR],
    async run(rig) {
      const listener = await rig.listen()
      const { uri } = listener
      await listener.close()
      await leavesNothing(
        rig,
        async () => {
          await assert.rejects(
            open(rig.subject.harness.pair!.nobody ? await rig.subject.harness.pair!.nobody() : uri, rig.openOptions()),
          )
        },
        1 / 2,
      )
    },
  },
  {
    title: 'opening, reading and closing leaves no descriptor and no memory behind',
    needs: [STORE, READS, PLAIN],
    async run(rig) {
      const { store } = rig.subject.harness
      const uri = await store!.place()
      await store!.put(uri, pattern(0, 10_000))
      await leavesNothing(rig, async () => {
        const stream = await open(uri, rig.openOptions({ mode: 'r' }))
        await stream.read()
        await stream.close()
      })
    },
  },
])
