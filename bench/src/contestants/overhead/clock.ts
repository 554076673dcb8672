import { setImmediate as turn } from 'node:timers/promises'
import { number } from '../common/arguments.js'
import { report } from '../common/report.js'
import { BATCH } from './batch.js'

const ROUNDS_A_TURN = 16

/** Runs write and read in turn, and times one of the two; then reports nanoseconds a message. */
export async function time(write: () => void, read: () => void, timed: 'write' | 'read'): Promise<never> {
  const warm = performance.now() + number('warm', 500)
  const end = warm + number('time', 1000)
  let spent = 0
  let messages = 0
  for (;;) {
    for (let i = 0; i < ROUNDS_A_TURN; i++) {
      const start = performance.now()
      write()
      const between = performance.now()
      read()
      const now = performance.now()
      if (now < warm) continue
      spent += timed === 'write' ? between - start : now - between
      messages += BATCH
      if (now >= end) report({ nanos: (spent * 1e6) / messages })
    }
    await turn()
  }
}
