/** Lossy rings: each reader sees whole messages with rising numbers, and what it did not see is counted. */
import assert from 'node:assert/strict'
import { open, type Stream } from '@camio/core'
import test from 'ava'
import fc from 'fast-check'
import { freshName } from './support/names.js'
import { checkStamp, readStamp, SMALLEST, stamp, stamped } from './support/stamp.js'
import { discard, turn } from './support/streams.js'

const KINDS = ['write', 'burst', 'claim', 'late', 'read', 'hold', 'readBatch', 'readSome', 'turn', 'join'] as const

const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  reader: fc.nat(3),
  size: fc.double({ min: 0, max: 1, noNaN: true }).map((x) => x ** 4),
  count: fc.integer({ min: 1, max: 60 }),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

class Reader {
  private seen = 0
  private held = false
  private lease: Uint8Array = new Uint8Array(0)
  private next: number

  /** @param first the number of the first message that it can see */
  constructor(
    readonly stream: Stream,
    private readonly first: number,
  ) {
    this.next = first
  }

  read(hold: boolean): boolean {
    this.letGo()
    const lease = this.stream.tryRead()
    if (lease === null) return false
    this.lease = lease
    this.held = true
    if (!hold) this.letGo()
    return true
  }
  /** Looks at the lease before it asks whether what it saw was good. */
  private letGo(): void {
    if (!this.held) return
    this.held = false
    const found = readStamp(this.lease)
    if (this.stream.release()) this.arrived(found!.number)
  }

  batch(limit: number): void {
    this.letGo()
    this.stream.readBatch((bytes, offset, length) => this.arrived(checkStamp(bytes, offset, length).number), limit)
  }

  private arrived(number: number): void {
    assert.ok(number >= this.next, `message ${number} after ${this.next - 1}`)
    this.next = number + 1
    this.seen++
  }

  async finish(written: number): Promise<void> {
    this.letGo()
    while (!this.stream.ended) if (!this.read(false)) await this.stream.readable()
    assert.equal(this.seen + this.stream.stats.read.overruns, written - this.first)
  }
}

async function run(steps: readonly Step[]): Promise<void> {
  const name = freshName()
  const lossy = { policy: 'drop-oldest', capacity: 4096 }
  const writer = await open(name, { mode: 'w', ...lossy })
  const readers: Reader[] = []
  let written = 0
  const join = async () => readers.push(new Reader(await open(name, { mode: 'r', ...lossy }), written))
  await join()
  for (const { kind, reader: index, size, count } of steps) {
    const reader = readers[index % readers.length]!
    const length = SMALLEST + Math.floor(size * (writer.maxClaim - SMALLEST))
    if (kind === 'turn') await turn()
    else if (kind === 'join' && readers.length < 4) await join()
    else if (kind === 'write') assert.ok(writer.tryWrite(stamped(length, 0, written++)))
    else if (kind === 'claim') {
      stamp(writer.tryClaim(writer.maxClaim)!, 0, length, 0, written++)
      writer.commit(length)
    } else if (kind === 'late') {
      // The padding before it is published before it is.
      const claim = writer.tryClaim(length)!
      writer.tryFlush()
      reader.batch(Infinity)
      stamp(claim, 0, length, 0, written++)
      writer.commit(length)
    } else if (kind === 'burst') {
      const first = written
      written += writer.writeBatch(
        (bytes, offset, _room, i) => stamp(bytes, offset, length, 0, first + i),
        length,
        count,
      )
    } else if (kind === 'readBatch') reader.batch(Infinity)
    else if (kind === 'readSome') reader.batch(count)
    else reader.read(kind === 'hold')
  }
  await writer.end()
  for (const reader of readers) await reader.finish(written)
  await discard(writer, ...readers.map(({ stream }) => stream))
}

test('each reader of a lossy ring sees a part of the sequence, and the rest is counted', async (t) => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 150 }), run), { numRuns: 400 })
  t.pass()
})
