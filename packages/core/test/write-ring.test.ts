/** The ring against an array: every claim is contiguous and free, and what is sent is what was committed, in order. */
import test from 'ava'
import fc from 'fast-check'
import { WriteRing } from '../dist/bytes/write-ring.js'
import { joined } from './support/init.js'
import { watchPool } from './support/watch-pool.js'

const CHUNK = 4096

type Step = { kind: 'claim' | 'commit' | 'commitPart' | 'cancel' | 'send'; part: number }

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom<Step['kind']>('claim', 'claim', 'commit', 'commit', 'commitPart', 'cancel', 'send', 'send'),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 80 },
)

class Run {
  readonly ring = new WriteRing(CHUNK)
  readonly committed: number[] = []
  readonly sent: number[] = []
  private next = 0
  private claim: { offset: number; length: number } | null = null

  do({ kind, part }: Step): void {
    if (kind === 'claim') this.take(Math.floor(part * part * 6000))
    else if (kind === 'send') this.send(part)
    else if (this.claim === null) return
    else if (kind === 'cancel') this.cancel()
    else this.commit(Math.floor(part * (this.claim.length + 0.999)), kind === 'commitPart')
  }

  private take(length: number): void {
    if (this.claim !== null) return
    const { ring } = this
    const fits = ring.fits(length)
    const offset = ring.claim(length)
    if (offset >= 0 !== fits) throw new Error(`fits() says ${fits}, claim() ${offset}`)
    if (offset < 0) return
    if (offset + length > ring.bytes!.length) throw new Error('the claim leaves the block')
    this.claim = { offset, length }
    // Whatever the claim's owner does with it must not touch what waits to be sent.
    ring.bytes!.fill(0xee, offset, offset + length)
  }

  private commit(length: number, part: boolean): void {
    const { offset, length: claimed } = this.claim!
    const content = Array.from({ length }, () => this.next++ & 127)
    this.ring.bytes?.set(content, offset)
    this.committed.push(...content)
    if (part) this.ring.commitPart(length)
    else this.ring.commit(length)
    this.claim = part ? { offset: offset + length, length: claimed - length } : null
    if (part && !this.ring.claimed) throw new Error('commitPart gave the claim up')
  }

  private cancel(): void {
    this.ring.cancel()
    this.claim = null
  }

  /** As a stream pushes: the first piece and the second, of which the transport takes a part. */
  private send(part: number): void {
    const { ring } = this
    if (ring.pending === 0) return
    if (ring.first === 0) throw new Error('nothing in the first piece')
    if (ring.first + ring.second !== ring.pending) throw new Error('the pieces are not what is pending')
    const pieces = joined([
      ring.bytes!.subarray(ring.head, ring.head + ring.first),
      ring.bytes!.subarray(0, ring.second),
    ])
    const count = 1 + Math.floor(part * (pieces.length - 1))
    this.sent.push(...pieces.subarray(0, count))
    ring.sent(count)
  }

  finish(): void {
    if (this.claim !== null) this.cancel()
    while (this.ring.pending > 0) this.send(1)
  }

  get wrong(): string | null {
    for (let i = 0; i < this.sent.length; i++) if (this.sent[i] !== this.committed[i]) return `byte ${i} differs`
    return this.ring.pending === this.committed.length - this.sent.length ? null : 'pending is wrong'
  }
}

test.serial('any operations: claims are free and contiguous, nothing is lost, doubled or reordered', (t) => {
  const watch = watchPool()
  try {
    fc.assert(
      fc.property(steps, (list) => {
        const run = new Run()
        for (const step of list) {
          run.do(step)
          if (run.wrong !== null) throw new Error(run.wrong)
          if (watch.out.size > 1) throw new Error('holds more than one block')
        }
        run.finish()
        if (run.wrong !== null) throw new Error(run.wrong)
        // Idle: it holds no memory.
        return run.sent.length === run.committed.length && watch.out.size === 0 && run.ring.bytes === null
      }),
      { numRuns: 600 },
    )
  } finally {
    watch.stop()
  }
  t.pass()
})

test.serial('a claim larger than the ring is granted when the ring is empty', (t) => {
  const watch = watchPool()
  try {
    const ring = new WriteRing(CHUNK)
    t.is(ring.claim(10), 0)
    ring.commit(10)
    t.is(ring.claim(100_000), -1)
    t.false(ring.fits(100_000))
    ring.sent(10)
    t.true(ring.fits(100_000))
    t.is(ring.claim(100_000), 0)
    ring.cancel()
    t.is(watch.out.size, 0)
  } finally {
    watch.stop()
  }
})

test('a claim at the front is sent first when all before it went meanwhile', (t) => {
  const ring = new WriteRing(CHUNK)
  ring.claim(3000)
  ring.commit(3000)
  ring.sent(2000)
  // No room behind byte 3000: this one wraps to the front.
  t.is(ring.claim(1500), 0)
  ring.sent(1000)
  ring.commit(1500)
  t.is(ring.head, 0)
  t.is(ring.first, 1500)
  t.is(ring.second, 0)
})
