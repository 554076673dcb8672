/** `Waiters`, beside a plain list. */
import test from 'ava'
import fc from 'fast-check'
import { Waiters } from '../dist/wait/waiters.js'

type Step = ['add' | 'remove', number] | ['wake']

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant('add' as const), fc.nat(4)),
  fc.tuple(fc.constant('remove' as const), fc.nat(4)),
  fc.constant<Step>(['wake']),
)

test('tells who was there, in the order in which they came', (t) => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const waiters = new Waiters<number>()
      let model: number[] = []
      for (const [what, who] of steps) {
        if (what === 'add') {
          t.is(waiters.add(who!), model.length === 0)
          model.push(who!)
        } else if (what === 'remove') {
          const at = model.indexOf(who!)
          t.is(waiters.remove(who!), at >= 0)
          if (at >= 0) model.splice(at, 1)
        } else {
          const only = waiters.takeOnly()
          t.deepEqual(only === null ? waiters.takeAll() : [only], model)
          model = []
        }
        t.is(waiters.any, model.length > 0)
      }
    }),
  )
  t.pass()
})
