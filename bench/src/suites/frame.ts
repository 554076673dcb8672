import { runPair } from '../run/pair.js'
import { contestant } from '../run/places.js'
import type { Case, Contestant, Role, Settings, Suite } from '../types.js'

const SIZE = 64
const UNFRAMED = 'unframed'

/** What text needs is not asked for here: every message of the bench has line feeds in it, and `none` keeps none apart. */
const FRAMES = ['u8', 'u16', 'u32', 'u32le', 'u64', 'varint', 'cobs'] as const

function entry(name: string, frame: string, role: Role, settings: Settings): Contestant {
  const spans = settings.quick ? { warm: 400, time: 400 } : { warm: 1000, time: 2000 }
  const args = ['--size', SIZE, '--warm', spans.warm, '--time', spans.time, '--frame', frame].map(String)
  const program = (file: string) => [process.execPath, contestant(`frame/${file}`), ...args]
  return {
    name,
    role,
    run: async () => {
      const ends = { name, listener: program('receive'), connector: program('send'), reporter: 'listener' } as const
      const { messages, seconds } = (await runPair(ends)).line
      return (messages as number) / (seconds as number) / 1e6
    },
  }
}

function frameCase(frame: (typeof FRAMES)[number], settings: Settings): Case {
  return {
    name: `frame=${frame}, ${SIZE} B in batches`,
    unit: 'M/s',
    better: 'higher',
    entries: [entry('ours', frame, 'ours', settings), entry(UNFRAMED, UNFRAMED, 'peer', settings)],
    goals: [{ against: UNFRAMED, is: '>=', ratio: 0.8 }],
    runs: settings.quick ? 3 : 7,
    note: 'two processes over tcp:; unframed: the same messages end to end, whose length both ends know',
  }
}

export const frame: Suite = {
  name: 'frame',
  summary: 'frame= beside the same bytes without frames, over tcp:',
  cases: async (settings) => FRAMES.map((each) => frameCase(each, settings)),
}
