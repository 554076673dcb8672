import { setImmediate as turn } from 'node:timers/promises'
import { number } from '../common/arguments.js'
import { report } from '../common/report.js'

const ROUNDS_A_TURN = 16

/** Runs write and read of `batch` messages in turn, and times one of the two; then reports nanoseconds a message. */
export async function time(
  batch: number,
  write: () => void,
  read: () => void,
  timed: 'write' | 'read',
): Promise<never> {
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
      messages += batch
      if (now >= end) report({ nanos: (spent * 1e6) / messages })
    }
    await turn()
  }
}
