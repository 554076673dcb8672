import { BlockPool } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'

test('blocks are powers of two, 4 KiB or more, and no larger than need be', (t) => {
  const pool = new BlockPool()
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 21 }), (size) => {
      const { length } = pool.acquire(size)
      return (
        length >= 4096 &&
        length >= size &&
        Number.isInteger(Math.log2(length)) &&
        (length === 4096 || length < size * 2)
      )
    }),
  )
  t.pass()
})

test('a block that came back is handed out again, to one user at a time', (t) => {
  const pool = new BlockPool()
  const block = pool.acquire(5000)
  pool.release(block)
  t.is(pool.acquire(8192), block)
  t.not(pool.acquire(8192), block)
})

test('no more than the limit is kept', (t) => {
  const pool = new BlockPool(8192)
  const blocks = [pool.acquire(4096), pool.acquire(4096), pool.acquire(4096)]
  for (const block of blocks) pool.release(block)
  const again = [pool.acquire(4096), pool.acquire(4096), pool.acquire(4096)]
  t.is(again.filter((block) => blocks.includes(block)).length, 2)
})
