import assert from 'node:assert/strict'
import type { Stream } from '@camio/core'
import { ACROSS_PROCESSES, area, PAIR } from '../case.js'
import { type Child, startProcess, task } from '../child/start.js'
import type { Scenario } from '../child/task.js'
import { checkError, fill, meanwhile, PEER_GONE, rejectsCode, writeUntilBroken } from '../expect.js'
import { checkPattern } from '../payload.js'
import type { Rig } from '../rig.js'

/** A stream whose other end is a child process. */
async function childPeer(rig: Rig, scenario: Scenario, bytes: number): Promise<{ child: Child; stream: Stream }> {
  const listener = await rig.listen()
  const child = startProcess(rig, task(rig, scenario, listener.uri, bytes))
  const [stream] = await Promise.race([
    Promise.all([listener.accept()]),
    child.ended.then(({ code }) => assert.fail(`the child ended with ${code}`)),
  ])
  return { child, stream: rig.keep(stream) }
}

/** Waits for room to the end. A peer that hangs may still take something ahead of its reader when it gets a processor. */
async function fillForever(stream: Stream): Promise<never> {
  for (;;) {
    await stream.flush()
    await fill(stream)
  }
}

export const killedPeer = area('a killed peer', [
  {
    title: 'the survivor reads what was delivered, then the end or a typed error',
    needs: [PAIR, ACROSS_PROCESSES],
    async run(rig) {
      const total = 20_000
      const { child, stream } = await childPeer(rig, 'write-and-hang', total)
      await child.says('sent')
      child.kill()
      await child.ended
      let position = 0
      try {
        for await (const lease of stream) {
          checkPattern(lease, position)
          position += lease.length
        }
      } catch (error) {
        checkError(error, ...PEER_GONE)
      }
      assert.equal(position, total)
    },
  },
  {
    title: 'wakes a survivor that waits to read',
    needs: [PAIR, ACROSS_PROCESSES],
    async run(rig) {
      const { child, stream } = await childPeer(rig, 'hang', 0)
      await child.says('opened')
      const reading = stream.read().then(
        (lease) => assert.equal(lease, null),
        (error: unknown) => void checkError(error, ...PEER_GONE),
      )
      child.kill()
      await reading
    },
  },
  {
    title: 'wakes a survivor that waits to write, with a typed error',
    needs: [PAIR, ACROSS_PROCESSES],
    async run(rig) {
      const { child, stream } = await childPeer(rig, 'hang', 0)
      await child.says('opened')
      await fill(stream)
      const writing = meanwhile(rejectsCode(fillForever(stream), ...PEER_GONE))
      child.kill()
      await writing
      await writeUntilBroken(stream)
      await stream.close()
    },
  },
])
