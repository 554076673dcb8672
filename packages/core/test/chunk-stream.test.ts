/** A byte stream whose transport delivers chunks by itself. */
import { CamioError, ChunkStream, NOT_NOW, type StreamLimits } from '@camio/core/spi'
import test from 'ava'
import fc from 'fast-check'
import { bytes, counting, init, joined, settled } from './support/init.js'

class Chunks extends ChunkStream {
  pauses = 0
  resumes = 0

  constructor(limits: Partial<StreamLimits> = {}) {
    super(init({}, limits))
  }

  arrive(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) this.received(chunk)
  }
  finish(): void {
    this.receivedEnd()
  }

  protected pauseSource(): void {
    this.pauses++
  }
  protected resumeSource(): void {
    this.resumes++
  }
  protected push(_source: Uint8Array, _offset: number, length: number): number {
    return length === 0 ? NOT_NOW : length
  }
  protected armPush(): boolean {
    return false
  }
  protected disarmPush(): void {}
  protected endWrite(): void {}
  protected closeTransport(): void {}
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

test('a chunk is lent where it lies, without a copy', (t) => {
  const stream = new Chunks()
  const chunk = bytes(1, 2, 3)
  stream.arrive(chunk)
  const lease = stream.tryRead()!
  t.is(lease.buffer, chunk.buffer)
  t.deepEqual(lease, chunk)
  stream.release()
  t.is(stream.stats.read.copies, 0)
  t.is(stream.stats.read.bytes, 3)
})

test('a rest that straddles two chunks is joined, and counted', (t) => {
  const stream = new Chunks()
  stream.arrive(bytes(1, 2), bytes(3, 4), bytes(5))
  stream.tryRead()
  stream.release(1)
  t.deepEqual(stream.tryRead(), bytes(2, 3, 4))
  t.true(stream.stats.read.copies > 0)
  stream.release()
  const { copies } = stream.stats.read
  t.deepEqual(stream.tryRead(), bytes(5))
  t.is(stream.stats.read.copies, copies)
})

test('any chunks, any consumption: the bytes are those that came', (t) => {
  const lengths = fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 30 })
  fc.assert(
    fc.property(lengths, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (sizes, parts) => {
      const stream = new Chunks()
      const chunks = sizes.map((size, i) => counting(size, i))
      stream.arrive(...chunks)
      stream.finish()
      const got: Uint8Array[] = []
      while (!stream.ended) {
        const lease = stream.tryRead()
        if (lease === null) continue
        const last = lease.length === 1
        const count = last ? 1 : Math.ceil(parts.next().value! * lease.length)
        got.push(lease.slice(0, count))
        stream.release(count)
      }
      return Buffer.compare(joined(got), joined(chunks)) === 0 && stream.stats.read.bytes === joined(chunks).length
    }),
    { numRuns: 50 },
  )
  t.pass()
})

test('a slow reader pauses the source, once, and resumes it at half', (t) => {
  const stream = new Chunks()
  const chunk = counting(64 * 1024)
  stream.arrive(chunk, chunk, chunk)
  t.is(stream.pauses, 0)
  stream.arrive(chunk, chunk)
  t.is(stream.pauses, 1)
  for (let i = 0; i < 2; i++) {
    stream.tryRead()
    stream.release()
  }
  t.is(stream.resumes, 0)
  stream.tryRead()
  stream.release()
  t.is(stream.resumes, 1)
  stream.arrive(chunk, chunk)
  t.is(stream.pauses, 2)
})

test('the end comes after the chunks, the rest once more before it', (t) => {
  const stream = new Chunks()
  stream.arrive(bytes(1, 2))
  stream.finish()
  stream.tryRead()
  stream.release(1)
  t.deepEqual(stream.tryRead(), bytes(2))
  t.false(stream.ended)
  stream.release()
  t.is(stream.tryRead(), null)
  t.true(stream.ended)
})

test('an error comes after every chunk that was received before it', (t) => {
  const stream = new Chunks()
  stream.arrive(bytes(1), bytes(2))
  stream.fail(new CamioError('ERR_CAMIO_RESET', 'test:double was reset'))
  t.deepEqual(stream.tryRead(), bytes(1))
  stream.release()
  t.deepEqual(stream.tryRead(), bytes(2))
  stream.release()
  for (let i = 0; i < 2; i++) t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_RESET' })
})

test('waiting: chunks, the end and errors wake', async (t) => {
  for (const happen of [
    (s: Chunks) => s.arrive(bytes(1)),
    (s: Chunks) => s.finish(),
    (s: Chunks) => s.fail(new CamioError('ERR_CAMIO_RESET', 'x')),
  ]) {
    const stream = new Chunks()
    const waiting = stream.readable()
    t.false(await settled(waiting))
    happen(stream)
    await waiting
    t.true(stream.ready(1))
  }
})

test('the rest and one chunk more must stay within max-lease', (t) => {
  const stream = new Chunks({ maxLease: 4096 })
  stream.arrive(counting(4000), counting(100))
  stream.tryRead()
  stream.release(0)
  for (let i = 0; i < 2; i++) t.throws(() => stream.tryRead(), { code: 'ERR_CAMIO_TOO_LARGE' })
})

test('chunks that come after close are dropped', async (t) => {
  const stream = new Chunks()
  await stream.close()
  stream.arrive(bytes(1))
  t.is(stream.stats.read.bytes, 0)
})
