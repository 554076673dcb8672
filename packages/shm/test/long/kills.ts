/** Ends that are killed at random moments: nothing that was published is lost, the survivor is told, and the name is free at once. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isCamioError, listen, open, type Stream } from '@camio/core'
import '@camio/shm'
import { type Actor, startActor } from '../support/actors.js'
import { freshName } from '../support/names.js'
import { checkStamp, stamped, writeStamped } from '../support/stamp.js'

/** Milliseconds. */
const LONGEST_LIFE = 25

/** How long a survivor may take to notice: the system tells at once, but the machine may be busy. */
const PATIENCE = 20_000

async function killSoon(actor: Actor): Promise<void> {
  await sleep(Math.random() * LONGEST_LIFE)
  await actor.kill()
}

/** Reads to the end or the error. @returns how many messages of each writer, all there from 0 on */
async function readAll(stream: Stream): Promise<{ counts: number[]; code: string }> {
  const counts: number[] = []
  const lossy = stream.features.overrun
  try {
    while (!stream.ended) {
      const got = stream.readBatch((bytes, offset, length) => {
        const { id, number } = checkStamp(bytes, offset, length)
        if (lossy) assert.ok(number >= (counts[id] ?? 0), 'numbers rise')
        else assert.equal(number, counts[id] ?? 0)
        counts[id] = number + 1
      })
      if (got === 0 && !stream.ended) await stream.readable({ signal: AbortSignal.timeout(PATIENCE) })
    }
  } catch (error) {
    if (!isCamioError(error)) throw error
    return { counts, code: error.code }
  }
  return { counts, code: 'end' }
}

async function strictWriter(): Promise<void> {
  const name = freshName()
  const reader = await open(name, { mode: 'r', capacity: '64KiB' })
  const actor = startActor({ role: 'write', uri: name, options: { mode: 'w' } })
  await actor.open()
  const [{ counts, code }] = await Promise.all([readAll(reader), killSoon(actor)])
  assert.equal(code, 'ERR_CAMIO_PEER_LOST')
  assert.ok((counts[0] ?? 0) >= actor.told, `${counts[0]} messages came, ${actor.told} were published`)
  await reader.close()
  await (await open(name, { mode: 'r' })).close()
}

async function oneOfMany(): Promise<void> {
  const name = freshName()
  const reader = await open(name, { mode: 'r', capacity: '64KiB' })
  const actor = startActor({ role: 'write', uri: name, options: { mode: 'w' } })
  const honest = await open(name, { mode: 'w' })
  await actor.open()
  const total = 2000
  const writing = writeStamped(honest, 1, 0, total).then(() => honest.end())
  const [{ counts, code }] = await Promise.all([readAll(reader), killSoon(actor), writing])
  assert.equal(code, 'ERR_CAMIO_PEER_LOST')
  assert.ok((counts[0] ?? 0) >= actor.told, `${counts[0]} messages came, ${actor.told} were published`)
  assert.equal(counts[1], total, 'the other writer is not disturbed')
  await Promise.all([reader.close(), honest.close()])
}

async function duplexReader(): Promise<void> {
  const listener = await listen(freshName(), { capacity: '64KiB' })
  const actor = startActor({ role: 'read', uri: listener.uri })
  const writer = await listener.accept()
  const writing = writeStamped(writer, 0, 0, Infinity).catch((error: unknown) => error)
  await killSoon(actor)
  const error = await Promise.race([writing, sleep(PATIENCE, null, { ref: false })])
  assert.ok(isCamioError(error, 'ERR_CAMIO_PEER_LOST'), String(error))
  assert.equal(actor.complaints, '')
  await writer.close()
  await listener.close()
  await (await listen(listener.uri)).close()
}

async function lossyWriter(): Promise<void> {
  const name = freshName()
  const lossy = { policy: 'drop-oldest', capacity: '64KiB' } as const
  const actor = startActor({ role: 'write', uri: name, options: { mode: 'w', ...lossy } })
  await actor.open()
  const reader = await open(name, { mode: 'r', ...lossy })
  const [{ counts, code }] = await Promise.all([readAll(reader), killSoon(actor)])
  assert.equal(code, 'ERR_CAMIO_PEER_LOST')
  assert.ok((counts[0] ?? Infinity) >= actor.told, `${counts[0]} was the last, ${actor.told} were published`)
  await reader.close()
  await (await open(name, { mode: 'w', ...lossy })).close()
}

async function lossyReader(): Promise<void> {
  const name = freshName()
  const lossy = { policy: 'drop-oldest', capacity: '64KiB' } as const
  const writer = await open(name, { mode: 'w', ...lossy })
  const actor = startActor({ role: 'read', uri: name, options: { mode: 'r', ...lossy } })
  let alive = true
  await actor.open()
  const killing = killSoon(actor).then(() => {
    alive = false
  })
  for (let number = 0; alive; number++) {
    assert.ok(writer.tryWrite(stamped(100, 0, number)))
    if (number % 100 === 0) await new Promise<void>((resolve) => setImmediate(resolve))
  }
  await killing
  assert.equal(actor.complaints, '')
  assert.ok(writer.tryWrite(stamped(100, 0, 0)))
  await writer.close()
}

const SCENES = [strictWriter, oneOfMany, duplexReader, lossyWriter, lossyReader]

export async function kills(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) await SCENES[round % SCENES.length]!()
}
