/** The race, on a clock of its own. */
import test from 'ava'
import fc from 'fast-check'
import { AllFailed, type Attempt, type Later, type RaceOptions, race } from '../../dist/plan/race.js'
import { turn } from '../support/init.js'

class Clock {
  now = 0
  private events: Array<{ at: number; fn: () => void }> = []

  readonly later: Later = (ms, fn) => {
    const event = { at: this.now + ms, fn }
    this.events.push(event)
    return () => {
      this.events = this.events.filter((other) => other !== event)
    }
  }

  async runOut(): Promise<void> {
    for (await turn(); this.events.length > 0; await turn()) {
      this.events.sort((a, b) => a.at - b.at)
      const { at, fn } = this.events.shift()!
      this.now = at
      fn()
    }
  }
}

interface Script {
  readonly takes: number
  readonly opens: boolean
  readonly alone: boolean
}

interface Played {
  readonly starts: Array<number | null>
  readonly winner: number | null
  readonly dropped: number[]
  readonly aborted: number[]
}

/** Attempts that do as the script says and, like a careless driver, notice no abort. */
async function play(scripts: readonly Script[], staggerMs: number): Promise<Played> {
  const clock = new Clock()
  const starts: Array<number | null> = scripts.map(() => null)
  const dropped: number[] = []
  const aborted: number[] = []
  const attempts = scripts.map(
    ({ takes, opens, alone }, index): Attempt<number> => ({
      alone,
      aloneMs: staggerMs,
      run(signal) {
        starts[index] = clock.now
        signal.addEventListener('abort', () => aborted.push(index))
        return new Promise((resolve, reject) => {
          clock.later(takes, () => (opens ? resolve(index) : reject(new Error(`${index}`))))
        })
      },
    }),
  )
  const options: RaceOptions<number> = { later: clock.later, drop: (late) => dropped.push(late) }
  const result = race(attempts, options).then(
    ({ value }) => value,
    (error: AllFailed) => {
      if (!(error instanceof AllFailed)) throw error
      return null
    },
  )
  await clock.runOut()
  return { starts, winner: await result, dropped, aborted }
}

/** The rules, as one would work them out on paper: when each begins, then who is first. `null`: two things at one moment. */
function oracle(scripts: readonly Script[], staggerMs: number): Pick<Played, 'starts' | 'winner'> | null {
  const starts: Array<number | null> = scripts.map(() => null)
  const endOf = (i: number) => starts[i]! + scripts[i]!.takes
  let ambiguous = false
  scripts.forEach((script, i) => {
    let start = 0
    if (i > 0) {
      if (starts[i - 1] === null) return
      const before = scripts.slice(0, i).map((_, j) => j)
      const failures = before.filter((j) => !scripts[j]!.opens).map(endOf)
      const allFailed = failures.length === i ? Math.max(...failures) : Infinity
      if (script.alone || scripts[i - 1]!.alone) start = allFailed
      else start = Math.min(starts[i - 1]! + staggerMs, ...failures.filter((end) => end > starts[i - 1]!))
      const won = Math.min(...before.filter((j) => scripts[j]!.opens).map(endOf))
      ambiguous ||=
        start === won || new Set(failures).size < failures.length || failures.includes(starts[i - 1]! + staggerMs)
      if (start === Infinity || won < start) return
    }
    starts[i] = start
  })
  const begun = scripts.map((_, i) => i).filter((i) => starts[i] !== null)
  const winners = begun.filter((i) => scripts[i]!.opens)
  if (ambiguous || new Set(begun.map(endOf)).size < begun.length) return null
  const winner = winners.length === 0 ? null : winners.reduce((a, b) => (endOf(a) < endOf(b) ? a : b))
  return { starts, winner }
}

const scripts = fc.array(
  fc.record({ takes: fc.integer({ min: 1, max: 40 }), opens: fc.boolean(), alone: fc.boolean() }),
  { minLength: 1, maxLength: 6 },
)

test('who begins when, and who wins, is what the rules say', async (t) => {
  let compared = 0
  await fc.assert(
    fc.asyncProperty(scripts, fc.integer({ min: 1, max: 20 }), async (all, staggerMs) => {
      const expected = oracle(all, staggerMs)
      fc.pre(expected !== null)
      const { starts, winner, dropped, aborted } = await play(all, staggerMs)
      compared++
      t.deepEqual({ starts, winner }, expected)
      const begun = starts.flatMap((start, i) => (start === null ? [] : [i]))
      // Every one that opened too late was dropped; who was under way when it was decided was told so, and nobody else.
      t.deepEqual(
        dropped.sort(),
        begun.filter((i) => all[i]!.opens && i !== winner),
      )
      const decided = winner === null ? Infinity : starts[winner]! + all[winner]!.takes
      t.deepEqual(
        aborted.sort(),
        begun.filter((i) => i !== winner && starts[i]! + all[i]!.takes > decided),
      )
    }),
    { numRuns: 500 },
  )
  t.true(compared >= 500)
})

test('one that is taken by its place never wins by answering first', async (t) => {
  const slow = { takes: 900, opens: true, alone: false }
  const always = { takes: 1, opens: true, alone: true }
  t.like(await play([slow, always], 250), { winner: 0, starts: [0, null] })
  t.like(await play([{ ...slow, opens: false }, always], 250), { winner: 1, starts: [0, 900] })
  t.like(await play([always, slow], 250), { winner: 0, starts: [0, null] })
})

test('what an attempt throws at once is its failure', async (t) => {
  const attempts: Array<Attempt<string>> = [
    {
      run() {
        throw new Error('at once')
      },
    },
    { run: () => 'second' },
  ]
  const { value, standings, failures } = await race(attempts, { drop() {} })
  t.is(value, 'second')
  t.deepEqual(standings, ['failed', 'won'])
  t.is((failures[0] as Error).message, 'at once')
})

test('all that failed are told, each in its place', async (t) => {
  const clock = new Clock()
  const fail = (takes: number, name: string): Attempt<never> => ({
    aloneMs: 5,
    run: () => new Promise((_, reject) => clock.later(takes, () => reject(name))),
  })
  const over = t.throwsAsync(race([fail(30, 'a'), fail(1, 'b'), fail(1, 'c')], { drop() {}, later: clock.later }))
  await clock.runOut()
  t.deepEqual(((await over) as AllFailed).failures, ['a', 'b', 'c'])
  await t.throwsAsync(race([], { drop() {} }), { instanceOf: AllFailed })
})

test('an abort rejects at once with its reason, stops what runs, and drops what still comes', async (t) => {
  const controller = new AbortController()
  const dropped: string[] = []
  let told = false
  let finish = (_: string) => {}
  const attempt: Attempt<string> = {
    run: (signal) => {
      signal.addEventListener('abort', () => {
        told = true
      })
      return new Promise((resolve) => {
        finish = resolve
      })
    },
  }
  const over = race([attempt], { signal: controller.signal, drop: (late) => dropped.push(late) })
  controller.abort('enough')
  t.is(await over.catch((reason) => reason), 'enough')
  t.true(told)
  finish('late')
  await turn()
  t.deepEqual(dropped, ['late'])
  // Aborted before it begins: nothing is attempted.
  const never = { run: () => t.fail() as never }
  t.is(await race([never], { signal: controller.signal, drop() {} }).catch((reason) => reason), 'enough')
})
