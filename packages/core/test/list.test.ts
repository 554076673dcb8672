/** A list that keeps its room, against an array. */
import { List } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'

const operation = fc.oneof(
  fc.record({ what: fc.constant('push' as const), value: fc.integer() }),
  fc.record({ what: fc.constant('clear' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ what: fc.constantFrom('pop' as const, 'rotate' as const, 'clear all' as const) }),
)

test('does what an array does, and keeps nothing that was taken out', (t) => {
  fc.assert(
    fc.property(fc.array(operation), (operations) => {
      const list = new List<number>()
      let model: number[] = []
      for (const each of operations) {
        if (each.what === 'push') {
          list.push(each.value)
          model.push(each.value)
        } else if (each.what === 'pop') {
          t.is(list.pop(), model.pop())
        } else if (each.what === 'rotate') {
          list.rotate()
          if (model.length > 0) model.push(model.shift()!)
        } else {
          const count = each.what === 'clear' ? Math.floor(each.share * model.length) : model.length
          list.clear(count)
          model = model.slice(count)
        }
        t.is(list.length, model.length)
        t.deepEqual(list.items.slice(0, list.length), model)
        t.true(list.items.slice(list.length).every((item) => item === undefined))
      }
    }),
  )
})
