/**
 * Ends that write anything anywhere into the memory that they share. The other one may read nonsense, and is told that it is; it
 * neither crashes nor hangs nor looks outside.
 */
import assert from 'node:assert/strict'
import { isCamioError, listen, open, type Stream, select } from '@camio/core'
import '@camio/shm'
import { startThread } from '../support/actors.js'
import { freshName } from '../support/names.js'
import { checkStamp, stamped } from '../support/stamp.js'
import { discard, pair, turn } from '../support/streams.js'

/** What an end may be told when the other one has gone mad. */
const TOLD = ['ERR_CAMIO_CORRUPT', 'ERR_CAMIO_RESET', 'ERR_CAMIO_PEER_LOST', 'ERR_CAMIO_ENDED', 'ERR_CAMIO_CLOSED']

const CAPACITY = 4096
const SPECIAL = [
  0,
  1,
  2,
  3,
  -1,
  -2,
  4,
  7,
  8,
  9,
  16,
  0x7fffffff,
  -0x80000000,
  CAPACITY,
  -CAPACITY,
  CAPACITY / 2,
  CAPACITY - 8,
  CAPACITY + 8,
]
/** The header's words that mean something in one of the rings. */
const HEADER = [0, 1, 2, 3, 32, 64, 65, 66, 96, 97]

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)]!
}

function scribble(words: Int32Array): void {
  for (let i = 1 + Math.floor(Math.random() * 6); i > 0; i--) {
    const at = Math.random() < 0.5 ? pick(HEADER) : Math.floor(Math.random() * words.length)
    const value = Math.random() < 0.5 ? pick(SPECIAL) : (words[pick(HEADER)]! + pick(SPECIAL)) | 0
    Atomics.store(words, at, Math.random() < 0.2 ? (Math.random() * 2 ** 32) | 0 : value)
  }
}

/** Runs `what`; fails on anything that is not an error that may be told. */
function tolerant(what: () => unknown): void {
  try {
    what()
  } catch (error) {
    if (!isCamioError(error) || !TOLD.includes(error.code)) throw error
  }
}

/** Everything that a program may do with its end, in any order. */
async function use(victim: Stream): Promise<void> {
  const { readable, writable } = victim.features
  const uses: Array<() => unknown> = []
  if (readable) {
    uses.push(
      () => victim.tryRead() !== null && victim.release(),
      () =>
        victim.readBatch(
          (bytes, offset, length) => void assert.equal(bytes.subarray(offset, offset + length).length, length),
        ),
      () => victim.tryReadBatch(3) !== null && victim.release(),
      () => victim.ended,
    )
  }
  if (writable) {
    const room = Math.floor(Math.random() * victim.maxClaim)
    uses.push(
      () => victim.tryWrite(new Uint8Array(room)),
      () => victim.writeBatch((bytes, offset) => void (bytes[offset] = 1), 1 + (room % 100), 5),
      () => victim.tryFlush(),
    )
  }
  for (let i = 0; i < 6; i++) tolerant(pick(uses))
  const waits = [...(readable ? [victim] : []), ...(writable ? [{ stream: victim, for: 'write' as const }] : [])]
  await select(waits, { timeout: 0 })
  if (Math.random() < 0.1) await turn()
}

interface Scene {
  readonly victim: Stream
  /** What the other end can write to. */
  readonly memory: readonly Int32Array[]
  /** Goes on honestly. */
  work(): void
  close(): Promise<void>
}

async function duplex(): Promise<Scene> {
  const { near, far } = await pair({ capacity: CAPACITY })
  await far.write(new Uint8Array(40))
  const lease = await near.read()
  const memory = [new Int32Array(near.claimBytes.buffer), new Int32Array(lease!.buffer)]
  near.release()
  const work = () => {
    tolerant(() => near.tryWrite(new Uint8Array(50)))
    tolerant(() => near.tryFlush())
    tolerant(() => near.tryRead() !== null && near.release())
  }
  return { victim: far, memory, work, close: () => discard(near, far) }
}

async function lossy(): Promise<Scene> {
  const name = freshName()
  const options = { policy: 'drop-oldest', capacity: CAPACITY } as const
  const writer = await open(name, { mode: 'w', ...options })
  const reader = await open(name, { mode: 'r', ...options })
  const work = () => {
    for (let i = 0; i < 10; i++) tolerant(() => writer.tryWrite(stamped(100, 0, i)))
    tolerant(() => writer.tryFlush())
  }
  return {
    victim: reader,
    memory: [new Int32Array(writer.claimBytes.buffer)],
    work,
    close: () => discard(writer, reader),
  }
}

const SCENES = [duplex, duplex, lossy]

async function inThread(rounds: number): Promise<void> {
  let scene = await pick(SCENES)()
  for (let round = 0; round < rounds; round++) {
    for (let i = round % 3; i > 0; i--) scene.work()
    scribble(pick(scene.memory))
    await use(scene.victim)
    if (scene.victim.error === null && !scene.victim.ended && round % 50 !== 0) continue
    await scene.close()
    scene = await pick(SCENES)()
  }
  await scene.close()
}

/** One of two writers is mad: what the other one wrote arrives. */
async function madWriter(): Promise<void> {
  const name = freshName()
  const reader = await open(name, { mode: 'r', capacity: CAPACITY })
  const mad = await open(name, { mode: 'w' })
  const honest = await open(name, { mode: 'w' })
  const words = new Int32Array(mad.claimBytes.buffer)
  let written = 0
  let read = 0
  const take = () =>
    tolerant(() =>
      reader.readBatch((bytes, offset, length) => {
        // A mad one's message may look like anything, but not like this.
        if (length !== 60 || bytes[offset] !== 7) return
        assert.equal(checkStamp(bytes, offset, length).number, read)
        read++
      }, 5),
    )
  for (let i = 0; i < 50; i++) {
    if (honest.tryWrite(stamped(60, 7, written))) written++
    honest.tryFlush()
    scribble(words)
    take()
  }
  await honest.end()
  while (read < written) {
    take()
    await turn()
  }
  await discard(mad, honest, reader)
}

/** A thread that scribbles all the time while this one uses its end. */
async function fromAnotherThread(spanMs: number): Promise<void> {
  const listener = await listen(freshName(), { capacity: CAPACITY })
  const thread = startThread({ role: 'scribble', uri: listener.uri, options: { capacity: CAPACITY } })
  const victim = await listener.accept()
  for (const end = performance.now() + spanMs; performance.now() < end && victim.error === null; ) await use(victim)
  await thread.terminate()
  await discard(victim)
  await listener.close()
}

/** @returns how often a stream was given up */
export async function scribbles(rounds: number): Promise<void> {
  await inThread(rounds)
  for (let i = 0; i < Math.max(5, rounds / 1000); i++) await madWriter()
  for (let i = 0; i < Math.max(3, rounds / 5000); i++) await fromAnotherThread(200)
}
