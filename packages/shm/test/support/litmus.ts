/**
 * Two threads at one ring, without anything around it: one falls asleep, the other does what must wake it, in the same instant again
 * and again. A thread of this program is one of the two; `workerData` says which.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { Fault } from '../../dist/ring/bell.js'
import { FLAG_LENGTH, ringLength } from '../../dist/ring/layout.js'
import { LossyReader } from '../../dist/ring/lossy-reader.js'
import { LossyWriter } from '../../dist/ring/lossy-writer.js'
import type { Region } from '../../dist/ring/region.js'
import { RingReader } from '../../dist/ring/ring-reader.js'
import { RingWriter } from '../../dist/ring/ring-writer.js'

export const CAPACITY = 4096

export interface Litmus {
  /** Who sleeps: the reader of a strict ring, its writer, or the reader of a lossy one. */
  readonly sleeper: 'reader' | 'writer' | 'lossy'
  readonly side: 'sleeps' | 'wakes'
  readonly rounds: number
  readonly ring: SharedArrayBuffer
  readonly flags: SharedArrayBuffer
  /** Int32s: the round that the sleeper begins, how often the bell rang, how many wake-ups were lost. */
  readonly board: SharedArrayBuffer
}

export const ROUND = 0
const BELL = 1
export const LOST = 2

export function litmusMemory(): Pick<Litmus, 'ring' | 'flags' | 'board'> {
  return {
    ring: new SharedArrayBuffer(ringLength(CAPACITY)),
    flags: new SharedArrayBuffer(FLAG_LENGTH),
    board: new SharedArrayBuffer(16),
  }
}

function region(buffer: SharedArrayBuffer): Region {
  const bytes = new Uint8Array(buffer)
  return {
    buffer,
    bytes,
    words: new Int32Array(buffer),
    length: bytes.length,
    memory: 0,
    release() {},
  } as unknown as Region
}

/** What the sleeper waits for, and what the other one does about it. */
interface Scene {
  /** Looks, and where there is nothing raises the flag and looks once more. @returns whether there is something */
  fallAsleep(): boolean
  /** Takes what came. */
  take(): void
  wake(): void
}

function scene({ sleeper, ring, flags, board }: Litmus): Scene {
  const bell = { ring: () => void Atomics.add(new Int32Array(board), BELL, 1) }
  const memory = region(ring)
  if (sleeper === 'lossy') return lossyScene(memory, region(flags), bell)
  const reader = new RingReader(memory, bell)
  const writer = new RingWriter(memory, bell)
  const message = () => {
    if (writer.claim(8) < 0) throw new Error(writer.fault === Fault.CORRUPT ? 'corrupt' : 'no room')
    writer.commit(8)
    writer.publish()
  }
  if (sleeper === 'reader') {
    const take = () => {
      while (!reader.next()) if (reader.fault !== null) throw new Error(reader.fault)
      reader.take()
      reader.publish()
      reader.stir()
    }
    return { fallAsleep: () => reader.ready || reader.sleep(), take, wake: message }
  }
  // The ring is full, except for the room of the message that the other thread takes.
  const take = () => {
    while (!writer.fits(writer.maxClaim)) if (writer.fault !== null) throw new Error(writer.fault)
    writer.stir()
    writer.claim(writer.maxClaim)
    writer.commit(writer.maxClaim)
    writer.publish()
  }
  const wake = () => {
    while (!reader.next()) if (reader.fault !== null) throw new Error(reader.fault)
    reader.take()
    reader.publish()
  }
  return { fallAsleep: () => writer.fits(writer.maxClaim) || writer.sleep(writer.maxClaim), take, wake }
}

function lossyScene(memory: Region, flags: Region, bell: { ring(): void }): Scene {
  const reader = new LossyReader(memory, flags, { position: 0, sequence: 0 }, new Float64Array(16))
  const writer = new LossyWriter(memory)
  writer.audience.add({ flags: flags.words, bell })
  const wake = () => {
    writer.claim(8)
    writer.commit(8)
    writer.publish()
  }
  const take = () => {
    while (!reader.next()) if (reader.fault !== null) throw new Error(reader.fault)
    reader.take()
    reader.stir()
  }
  return { fallAsleep: () => reader.ready || reader.sleep(), take, wake }
}

/** A wake-up is called lost after so long, and so many looks: on a busy machine either thread may have to wait for a processor. */
const PATIENCE_MS = 10_000
const LOOKS = 20_000_000

function sleeps(litmus: Litmus, { fallAsleep, take }: Scene, board: Int32Array): void {
  for (let round = 1; round <= litmus.rounds; round++) {
    const rung = Atomics.load(board, BELL)
    Atomics.store(board, ROUND, round)
    dawdle(board, round, 0x85ebca6b)
    if (!fallAsleep() && !rings(board, rung)) {
      Atomics.add(board, LOST, 1)
      if (Atomics.load(board, LOST) >= 3) break
    }
    take()
  }
  Atomics.store(board, ROUND, -1)
}

function rings(board: Int32Array, rung: number): boolean {
  const end = performance.now() + PATIENCE_MS
  for (let look = 0; look < LOOKS || performance.now() < end; look++) {
    if (Atomics.load(board, BELL) !== rung) return true
  }
  return false
}

function wakes(litmus: Litmus, { wake }: Scene, board: Int32Array): void {
  for (let round = 1; round <= litmus.rounds; round++) {
    let now = Atomics.load(board, ROUND)
    while (now < round && now >= 0) now = Atomics.load(board, ROUND)
    if (now < 0) return
    dawdle(board, round, 0x9e3779b1)
    wake()
  }
}

/** Up to half a microsecond, so that sometimes the one is earlier and sometimes the other. */
function dawdle(board: Int32Array, round: number, factor: number): void {
  for (let i = Math.imul(round, factor) >>> 27; i > 0; i--) Atomics.load(board, LOST)
}

/** Fills the ring for a writer that is to sleep. */
function prepare({ sleeper, side }: Litmus, own: Scene): void {
  if (sleeper !== 'writer' || side !== 'sleeps') return
  own.take()
  own.take()
}

if (workerData !== null && typeof workerData === 'object' && 'sleeper' in workerData) {
  const litmus = workerData as Litmus
  const own = scene(litmus)
  const board = new Int32Array(litmus.board)
  prepare(litmus, own)
  parentPort!.once('message', () => {
    if (litmus.side === 'sleeps') sleeps(litmus, own, board)
    else wakes(litmus, own, board)
    parentPort!.postMessage('done')
  })
  parentPort!.postMessage('ready')
}
