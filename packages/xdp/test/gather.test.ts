/** When frames gather, and for how long: by a clock of the test's own. */
import test from 'ava'
import { Gather } from '../dist/xdp/gather.js'

/** Wake-ups that bring `frames` each, `apart` milliseconds from each other. */
function thread() {
  const set: number[] = []
  const binding = { gather: (microseconds: number) => void set.push(microseconds) }
  let now = 0
  const stream = (longest: number, entries: number) => {
    const gather = new Gather(binding, longest, entries, () => now)
    let read = 0
    const wakes = (count: number, frames: number, apart: number): void => {
      for (let i = 0; i < count; i++) {
        now += apart
        gather.woken((read += frames))
      }
    }
    return { wakes, end: () => gather.end() }
  }
  return { set, stream }
}

const LONG = 64

test.serial('many frames gather, few do not, and then no longer', (t) => {
  const { set, stream } = thread()
  const { wakes, end } = stream(0.1, 1024)
  t.teardown(end)
  wakes(LONG, 1, 0.04)
  t.deepEqual(set, [])
  wakes(LONG, 2, 0.005)
  t.deepEqual(set, [100])
  wakes(LONG, 100, 0.2)
  t.deepEqual(set, [100])
  wakes(LONG, 1, 0.2)
  t.deepEqual(set, [100, 0])
})

test.serial('no more than a quarter of the ring, or not at all', (t) => {
  const { set, stream } = thread()
  const small = stream(0.1, 256)
  small.wakes(LONG, 5, 0.005)
  t.deepEqual(set, [64])
  small.end()
  t.deepEqual(set, [64, 0])
  const tiny = stream(0.1, 64)
  tiny.wakes(LONG, 5, 0.005)
  tiny.end()
  t.deepEqual(set, [64, 0])
})

test.serial('0: never', (t) => {
  const { set, stream } = thread()
  stream(0, 1024).wakes(LONG, 5, 0.005)
  t.deepEqual(set, [])
})

test.serial('of several streams the shortest pause holds, of those that are open', (t) => {
  const { set, stream } = thread()
  const [one, other] = [stream(0.1, 1024), stream(0.05, 1024)]
  one.wakes(LONG, 2, 0.005)
  other.wakes(LONG, 2, 0.005)
  t.deepEqual(set, [100, 50])
  other.end()
  t.deepEqual(set, [100, 50, 100])
  one.end()
  t.deepEqual(set, [100, 50, 100, 0])
})
