/** Wake-ups that must not be lost: two threads at a bare ring, which meet in the same nanoseconds, and two ends with everything around it. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { listen, type Stream } from '@camio/core'
import '@camio/shm'
import { startThread } from '../support/actors.js'
import { type Litmus, LOST, litmusMemory } from '../support/litmus.js'
import { freshName } from '../support/names.js'

const PATIENCE = 20_000

async function pingPong(stream: Stream, rounds: number): Promise<void> {
  const message = new Uint8Array(8)
  for (let round = 0; round < rounds; round++) {
    await stream.write(message)
    stream.tryFlush()
    await stream.read()
    stream.release()
    // A span that differs each time, as long as the other end takes to fall asleep.
    for (let i = (round * 37) % 400; i > 0; i--) message[0] = i
  }
}

/** With a plain store in place of an atomic one, or without the second look, this finds lost wake-ups within a second. */
async function litmus(sleeper: Litmus['sleeper'], rounds: number): Promise<void> {
  const memory = litmusMemory()
  const threads = (['sleeps', 'wakes'] as const).map((side) => {
    const part: Litmus = { sleeper, side, rounds, ...memory }
    return new Worker(new URL('../support/litmus.js', import.meta.url), { workerData: part })
  })
  await Promise.all(threads.map((thread) => once(thread, 'message')))
  const done = threads.map((thread) => once(thread, 'message'))
  for (const thread of threads) thread.postMessage('go')
  await Promise.all(done)
  const lost = new Int32Array(memory.board)[LOST]!
  if (lost > 0) throw new Error(`a sleeper (${sleeper}) was not woken, ${lost} times or more`)
}

export async function wakes(rounds: number): Promise<void> {
  for (const sleeper of ['reader', 'writer', 'lossy'] as const) await litmus(sleeper, rounds * 10)
  await endToEnd(rounds)
}

async function endToEnd(rounds: number): Promise<void> {
  // It spins, for its turn to come at once; the other end does not.
  const listener = await listen(freshName(), { wait: 'spin:1ms' })
  const thread = startThread({ role: 'echo', uri: listener.uri })
  const stream = await listener.accept()
  let done = 0
  for (; done < rounds; done += 1000) {
    const late = sleep(PATIENCE, 'late', { ref: false })
    const how = await Promise.race([pingPong(stream, Math.min(1000, rounds - done)), late])
    if (how === 'late') throw new Error(`a wake-up was lost within ${done + 1000} rounds`)
  }
  await stream.close()
  await listener.close()
  await new Promise((resolve) => thread.once('exit', resolve))
}
