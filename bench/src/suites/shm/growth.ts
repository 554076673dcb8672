/** What it costs as there are more rings, and as messages get larger: one case each, one chart together. */
import { binary } from '@camio/show'
import type { Case, Settings } from '../../types.js'
import { type Ends, entry, type Terms } from '../parts/entries.js'
import { gigabits, millions } from '../parts/figures.js'
import { limitEnds, netEnds, oursEnds, zeromqEnds } from './programs.js'

const powersOfTwo = (from: number, to: number, step: number): number[] => {
  const values: number[] = []
  for (let value = from; value <= to; value *= step) values.push(value)
  return values
}

/** Bytes of a ring in C, and by default of ours. */
const RING = 1024 * 1024

/** Shorter than elsewhere: there are many points. */
const spans = (settings: Settings) => (settings.quick ? { warm: 200, time: 200 } : { warm: 600, time: 900 })

/** Rings under one selector, with messages in all of them, or in one while the others are idle. */
export function ringsCases(which: 'all' | 'one', settings: Settings): Case[] {
  return powersOfTwo(1, 64, settings.quick ? 8 : 4).map((streams) => {
    const busy = which === 'all' ? streams : 1
    const terms: Terms = {
      args: { size: 64, streams, busy, ...spans(settings) },
      reporter: 'listener',
      figure: millions,
    }
    const args = ['--sum', '--wait', 'spin:1ms']
    const ends: Ends[] = [
      oursEnds('ours', 'ours', ['receive-many', 'send-many'], { args }),
      limitEnds('shm-ring', ['receive', 'send'], '--how', 'placed'),
      netEnds(['receive-frames', 'send-frames'], '--sum'),
    ]
    return {
      name: `${streams} ${streams === 1 ? 'ring' : 'rings'} under one selector, ${which} busy`,
      unit: 'M/s',
      better: 'higher',
      entries: ends.map((each) => entry(each, terms)),
      runs: settings.quick ? 1 : 5,
      series: {
        name: `64 B in place, ${which === 'all' ? 'all rings' : 'one ring'} busy`,
        axis: 'rings under one selector',
        x: streams,
      },
    }
  })
}

/** The default, and more where the largest message that it takes, half of it, is too small. */
const capacityFor = (size: number): number => (size <= 256 * 1024 ? RING : 4 * size)

export function sizesCases(settings: Settings): Case[] {
  return powersOfTwo(64, 1024 * 1024, settings.quick ? 128 : 4).map((size) => {
    const terms: Terms = { args: { size, ...spans(settings) }, reporter: 'listener', figure: gigabits(size) }
    const ends: Ends[] = [
      oursEnds('ours', 'ours', ['receive-messages', 'send-copies'], { capacity: capacityFor(size) }),
      limitEnds('shm-ring', ['receive', 'send'], '--how', 'copied'),
      netEnds(['receive-bytes', 'send-bytes']),
      zeromqEnds(['receive', 'send']),
    ]
    return {
      name: `messages of ${binary(size)}B`,
      unit: 'Gbit/s',
      better: 'higher',
      entries: ends.map((each) => entry(each, terms)),
      runs: settings.quick ? 1 : 5,
      series: { name: 'copied messages', axis: 'bytes a message', x: size },
    }
  })
}
