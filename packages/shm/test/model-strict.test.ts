/** Strict rings against queues: what was written is read once, whole, in its writer's order, and nothing else. */
import assert from 'node:assert/strict'
import { open, type Stream } from '@camio/core'
import test from 'ava'
import fc from 'fast-check'
import { freshName } from './support/names.js'
import { checkStamp, SMALLEST, stamp, stamped } from './support/stamp.js'
import { discard, pair, turn } from './support/streams.js'

const KINDS = [
  'write',
  'write',
  'claim',
  'cancel',
  'batch',
  'read',
  'read',
  'hold',
  'readBatch',
  'lend',
  'flush',
  'turn',
] as const

const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  writer: fc.nat(2),
  /** Of the largest message; small ones are the rule. */
  size: fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x ** 4),
  count: fc.integer({ min: 1, max: 40 }),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const steps = fc.array(step, { maxLength: 120 })

/** One reader, some writers, and for each of these the numbers of its messages that were not read yet. */
class Run {
  private readonly queues: number[][]
  private readonly next: number[]
  private held: Uint8Array | null = null

  constructor(
    private readonly reader: Stream,
    private readonly writers: readonly Stream[],
  ) {
    this.queues = writers.map(() => [])
    this.next = writers.map(() => 0)
  }

  async do({ kind, writer: index, size, count }: Step): Promise<void> {
    const id = index % this.writers.length
    const writer = this.writers[id]!
    const length = SMALLEST + Math.floor(size * (writer.maxClaim - SMALLEST))
    if (kind === 'turn') await turn()
    else if (kind === 'flush') writer.tryFlush()
    else if (kind === 'write') this.wrote(id, writer.tryWrite(stamped(length, id, this.next[id]!)))
    else if (kind === 'claim') this.claim(writer, id, length, count)
    else if (kind === 'cancel') this.cancel(writer, length)
    else if (kind === 'batch') this.batch(writer, id, length, count)
    else this.read(kind, count)
  }

  private wrote(id: number, yes: boolean): void {
    if (yes) this.queues[id]!.push(this.next[id]!++)
  }

  /** Claims more than it commits. */
  private claim(writer: Stream, id: number, length: number, more: number): void {
    const claim = writer.tryClaim(Math.min(length + more, writer.maxClaim))
    if (claim === null) return
    stamp(claim, 0, length, id, this.next[id]!)
    writer.commit(length)
    this.wrote(id, true)
  }

  private cancel(writer: Stream, length: number): void {
    const claim = writer.tryClaim(length)
    claim?.fill(255)
    if (claim !== null) writer.cancel()
  }

  private batch(writer: Stream, id: number, length: number, count: number): void {
    const first = this.next[id]!
    const written = writer.writeBatch(
      (bytes, offset, _room, i) => stamp(bytes, offset, length, id, first + i),
      length,
      count,
    )
    for (let i = 0; i < written; i++) this.wrote(id, true)
  }

  private read(kind: Step['kind'], count: number): void {
    this.letGo()
    if (kind === 'readBatch')
      this.reader.readBatch((bytes, offset, length) => this.arrived(bytes, offset, length), count)
    else if (kind === 'lend') this.lend(count)
    else this.one(kind === 'hold')
  }

  private one(hold: boolean): boolean {
    const lease = this.reader.tryRead()
    if (lease === null) return false
    this.arrived(lease)
    this.held = lease
    if (!hold) this.letGo()
    return true
  }

  /** Nobody wrote where the lease lies meanwhile. */
  private letGo(): void {
    if (this.held === null) return
    checkStamp(this.held)
    this.held = null
    this.reader.release()
  }

  private lend(count: number): void {
    const batch = this.reader.tryReadBatch(count)
    for (const lease of batch ?? []) this.arrived(lease)
    if (batch !== null) this.reader.release()
  }

  private arrived(bytes: Uint8Array, offset = 0, length = bytes.length): void {
    const { id, number } = checkStamp(bytes, offset, length)
    assert.equal(number, this.queues[id]!.shift(), `of writer ${id}`)
  }

  /** Everything that is left arrives, and then the end. */
  async finish(): Promise<void> {
    this.letGo()
    for (const writer of this.writers) await writer.end()
    while (!this.reader.ended) if (!this.one(false)) await this.reader.readable()
    assert.deepEqual(
      this.queues.map((queue) => queue.length),
      this.queues.map(() => 0),
    )
    const { read } = this.reader.stats
    assert.equal(
      read.messages,
      this.next.reduce((sum, count) => sum + count),
    )
  }
}

test('a duplex stream is a queue each way', async (t) => {
  const property = fc.asyncProperty(steps, steps, async (there, back) => {
    const { near, far } = await pair({ capacity: 4096 })
    const runs = [new Run(far, [near]), new Run(near, [far])]
    for (let i = 0; i < Math.max(there.length, back.length); i++) {
      if (i < there.length) await runs[0]!.do(there[i]!)
      if (i < back.length) await runs[1]!.do(back[i]!)
    }
    await Promise.all(runs.map((run) => run.finish()))
    await discard(near, far)
  })
  await fc.assert(property, { numRuns: 300 })
  t.pass()
})

test('a strict ring is a queue a writer, however many write', async (t) => {
  const property = fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (all, count) => {
    const name = freshName()
    const reader = await open(name, { mode: 'r', capacity: 4096 })
    const writers = await Promise.all(Array.from({ length: count }, () => open(name, { mode: 'w' })))
    const run = new Run(reader, writers)
    for (const one of all) await run.do(one)
    await run.finish()
    await discard(reader, ...writers)
  })
  await fc.assert(property, { numRuns: 300 })
  t.pass()
})
