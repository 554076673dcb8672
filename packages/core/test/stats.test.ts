import { Counter, StreamStats, WRITE } from '@camio/core/spi'
import test from 'ava'
import { framed } from '../dist/layers/framed.js'
import { bytes, init } from './support/init.js'
import { Scripted } from './support/scripted.js'

test('stats are a live view on counters, each way', (t) => {
  const stats = new StreamStats()
  stats.counters[Counter.messages] = 1
  stats.counters[WRITE + Counter.messages] = 2
  t.is(stats.read.messages, 1)
  t.is(stats.write.messages, 2)
  t.deepEqual(JSON.parse(JSON.stringify(stats)).write, {
    messages: 2,
    bytes: 0,
    copies: 0,
    systemCalls: 0,
    wakeUps: 0,
    backpressure: 0,
    overruns: 0,
  })
})

test('what the stream below cost is part of what a layer cost; what it carried is not', (t) => {
  const below = new StreamStats()
  const stats = new StreamStats(undefined, below)
  for (const counter of Object.values(Counter)) {
    below.counters[counter] = 10
    stats.counters[counter] = 1
  }
  t.deepEqual(stats.read.toJSON(), {
    messages: 1,
    bytes: 1,
    copies: 11,
    systemCalls: 11,
    wakeUps: 11,
    backpressure: 11,
    overruns: 11,
  })
})

test('they are kept after close', async (t) => {
  const inner = new Scripted()
  const view = framed(inner, init(), 'u32')
  view.tryWrite(bytes(1, 2))
  await view.close()
  t.is(view.stats.write.bytes, 2)
  t.is(view.stats.write.copies, 1)
  t.is(inner.stats.write.bytes, 6)
})

test('a wake-up is counted when somebody was woken', async (t) => {
  const stream = new Scripted()
  stream.arrive()
  t.is(stream.stats.read.wakeUps, 0)
  const waiting = stream.readable()
  stream.arrive(bytes(1))
  await waiting
  t.is(stream.stats.read.wakeUps, 1)
})
