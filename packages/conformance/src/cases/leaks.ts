import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { open } from '@camio/core'
import { area, PAIR, PLAIN, READS, STORE } from '../case.js'
import { until } from '../expect.js'
import { collectBytes, pattern } from '../payload.js'
import { Rig } from '../rig.js'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** Open descriptors, where the system tells. */
function descriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}

const MIB = 1024 * 1024

/** Does `cycle` often enough that what it leaves behind would show, after it filled the caches. */
async function leavesNothing(cycle: () => Promise<void>, times: number): Promise<void> {
  for (let i = 0; i < times / 4; i++) await cycle()
  const before = { descriptors: descriptors(), ...(await memory()) }
  for (let i = 0; i < times; i++) await cycle()
  await until(() => descriptors() <= before.descriptors, `${times} rounds left descriptors open`)
  const { heap, external, rss } = await memory()
  assert.ok(heap - before.heap < 8 * MIB, `the heap grew by ${heap - before.heap} bytes in ${times} rounds`)
  assert.ok(external - before.external < 8 * MIB, `external memory grew by ${external - before.external} bytes`)
  assert.ok(rss - before.rss < 128 * MIB, `resident memory grew by ${rss - before.rss} bytes`)
}

async function memory(): Promise<{ heap: number; external: number; rss: number }> {
  for (let i = 0; i < 4; i++) {
    gc()
    // Finalizers run between turns.
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed, external, rss }
}

export const leaks = area('leaks', [
  {
    title: 'opening, using and closing leaves no descriptor and no memory behind',
    needs: [PAIR],
    run: (rig) =>
      leavesNothing(async () => {
        const own = new Rig(rig.subject)
        const { near, far } = await own.pair()
        await near.write(pattern(0, 10_000))
        await near.end()
        await collectBytes(far)
        await far.close()
        await near.close()
        await own.dispose()
      }, 200),
  },
  {
    title: 'closing in the middle of everything leaves nothing behind',
    needs: [PAIR],
    run: (rig) =>
      leavesNothing(async () => {
        const own = new Rig(rig.subject)
        const { near, far } = await own.pair()
        near.tryWrite(pattern(0, 10_000))
        await far.read()
        const waits = Promise.allSettled([near.read(), near.readable(), near.readable()])
        near.tryClaim(100)
        await own.dispose()
        await waits
      }, 200),
  },
  {
    title: 'opening what is not there leaves nothing behind',
    needs: [PAIR],
    async run(rig) {
      const listener = await rig.listen()
      const { uri } = listener
      await listener.close()
      await leavesNothing(async () => {
        await assert.rejects(
          open(rig.subject.harness.pair!.nobody ? await rig.subject.harness.pair!.nobody() : uri, rig.openOptions()),
        )
      }, 100)
    },
  },
  {
    title: 'opening, reading and closing leaves no descriptor and no memory behind',
    needs: [STORE, READS, PLAIN],
    async run(rig) {
      const { store } = rig.subject.harness
      const uri = await store!.place()
      await store!.put(uri, pattern(0, 10_000))
      await leavesNothing(async () => {
        const stream = await open(uri, rig.openOptions({ mode: 'r' }))
        await stream.read()
        await stream.close()
      }, 200)
    },
  },
])
