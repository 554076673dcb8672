/** Sends how many bytes of the heap one event of a selector took, on average. */
import { getHeapStatistics } from 'node:v8'
import { Selector } from '@camio/core'
import { addPoller, Interest, Source } from '@camio/core/spi'

class Flag extends Source {
  readonly uri = 'test:flag'
  up = false
  ready(): boolean {
    return this.up
  }
  arm(): boolean {
    return false
  }
  disarm(): void {}
  async close(): Promise<void> {}
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  raise(): void {
    this.up = true
    this.wake(Interest.READ)
  }
}

// As transports have them.
for (const poller of [() => {}, () => {}]) addPoller(poller)

const flags = Array.from({ length: 1000 }, () => new Flag())
const selector = new Selector()
for (const flag of flags) selector.add(flag)

function run(events: number): void {
  for (let i = 0; i < events; i++) {
    flags[(i * 7) % flags.length]!.raise()
    const ready = selector.poll()
    for (let j = 0; j < ready.length; j++) (ready[j] as Flag).up = false
  }
}

const EVENTS = 200_000
run(EVENTS)
const before = getHeapStatistics().used_heap_size
run(EVENTS)
process.send!((getHeapStatistics().used_heap_size - before) / EVENTS)
