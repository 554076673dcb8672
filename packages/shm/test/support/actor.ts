/** The other end, in a process or a thread of its own: its part is the first argument, or `workerData`. It goes on until it is killed. */
import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { open, type Stream } from '@camio/core'
import '@camio/shm'
import { checkStamp, lengthOf, stamp } from './stamp.js'

export interface Part {
  readonly role: 'write' | 'read' | 'echo' | 'scribble'
  readonly uri: string
  readonly options: Readonly<Record<string, unknown>>
  /** write: who it is, how many messages, and the largest of them. */
  readonly id: number
  readonly count: number
  readonly most: number
}

/** Tells the parent, at once, how many messages were published: what it has been told must arrive. */
function say(text: string): void {
  if (parentPort !== null) parentPort.postMessage(text)
  else writeSync(1, `${text}\n`)
}

async function write(stream: Stream, { id, count, most }: Part): Promise<void> {
  let number = 0
  const room = Math.min(most, stream.maxClaim)
  while (number < count) {
    const first = number
    number += stream.writeBatch(
      (bytes, offset, _room, i) => {
        const length = lengthOf(first + i, room)
        stamp(bytes, offset, length, id, first + i)
        return length
      },
      room,
      Math.min(1 + (number % 97), count - number),
    )
    stream.tryFlush()
    if (number > first && number % 13 === 0) say(String(number))
    if (number === first) await stream.writable()
    // A lossy ring always has room.
    else if (stream.features.overrun && number % 50 === 0) await new Promise<void>((resolve) => setImmediate(resolve))
  }
  await stream.end()
  say(String(number))
}

async function read(stream: Stream): Promise<void> {
  let number = 0
  for (;;) {
    const count = stream.readBatch((bytes, offset, length) => {
      const found = checkStamp(bytes, offset, length).number
      if (found < number || (found > number && !stream.features.overrun))
        throw new Error(`${found} after ${number - 1}`)
      number = found + 1
    })
    if (count === 0) {
      if (stream.ended) break
      await stream.readable()
    }
  }
  say(String(number))
}

/** Sleeps before every message. */
async function echo(stream: Stream): Promise<void> {
  for await (const lease of stream) {
    await stream.write(lease)
    stream.tryFlush()
  }
  await stream.close()
}

/** Writes anything anywhere into the memory that the other end reads, as fast as it can. */
async function scribble(stream: Stream): Promise<void> {
  await stream.write(new Uint8Array(64))
  await stream.flush()
  const words = new Int32Array(stream.claimBytes.buffer)
  for (let i = 0; ; i++) {
    const random = Math.imul(i + 1, 0x9e3779b1)
    // The header's words more often than the rest.
    const at = (random & 3) === 0 ? (random >>> 8) % words.length : [0, 1, 32, 64, 65, 96, 97][(random >>> 8) % 7]!
    const near = [0, 8, 16, -8, 7, 1, 2, -1][(random >>> 4) & 7]!
    Atomics.store(words, at, (random & 4) === 0 ? near : (words[0]! + near) | 0)
  }
}

const ROLES: Record<Part['role'], (stream: Stream, part: Part) => Promise<void>> = { write, read, echo, scribble }

async function play(part: Part): Promise<void> {
  const stream = await open(part.uri, { ...part.options })
  say('open')
  await ROLES[part.role](stream, part)
  await stream.close()
}

play((workerData as Part | null) ?? (JSON.parse(process.argv[2]!) as Part)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = 1
})
