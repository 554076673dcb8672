import { area, LINK } from '../case.js'
import { meanwhile } from '../expect.js'
import { checkPattern, pattern, readExactly } from '../payload.js'

/** Any of them must give every wake-up; what they cost is the benchmarks' business. */
const STRATEGIES = ['park', 'yield', 'spin', 'spin:50us']

export const wait = area(
  'wait',
  STRATEGIES.map((strategy) => ({
    title: `ping-pong with wait=${strategy}`,
    needs: [LINK],
    async run(rig) {
      const { near, far } = await rig.pair({ wait: strategy })
      const rounds = 50
      const echo = async () => {
        for (let i = 0; i < rounds; i++) await far.write(await readExactly(far, 8))
      }
      const echoing = meanwhile(echo())
      for (let i = 0; i < rounds; i++) {
        await near.write(pattern(i * 8, 8))
        checkPattern(await readExactly(near, 8), i * 8)
      }
      await echoing
    },
  })),
)
