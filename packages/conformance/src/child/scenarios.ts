/** What runs in workers and child processes. `say` tells the parent how far it is. */
import assert from 'node:assert/strict'
import { type Listener, listen, open, type Stream } from '@camio/core'
import { next } from '../expect.js'
import { greet, readGreeting } from '../greeting.js'
import { checkPattern, collectBytes, pattern } from '../payload.js'
import type { Scenario, Task } from './task.js'

type Say = (word: string) => void

interface Ends {
  listener: Listener
  near: Stream
  far: Stream
}

async function connect({ uri, listenOptions, openOptions }: Task): Promise<Ends> {
  const listener = await listen(uri, { ...listenOptions })
  const opened = open(listener.uri, { ...openOptions })
  const accepted = listener.accept()
  const near = await opened
  const { connectionless } = near.features
  if (connectionless) await greet(near)
  const far = await accepted
  if (connectionless) await readGreeting(far)
  return { listener, near, far }
}

async function closeAll({ listener, near, far }: Ends): Promise<void> {
  await near.close()
  await far.close()
  await listener.close()
}

async function send(stream: Stream, total: number): Promise<void> {
  const piece = Math.min(1000, stream.maxClaim)
  for (let from = 0; from < total; from += piece) await stream.write(pattern(from, Math.min(piece, total - from)))
}

async function echo(stream: Stream): Promise<void> {
  for await (const lease of stream) await stream.write(lease)
  await stream.end()
}

const SCENARIOS: Record<Scenario, (task: Task, say: Say) => Promise<void>> = {
  async 'round-trip'(task, say) {
    const ends = await connect(task)
    const echoing = echo(ends.far)
    const reading = collectBytes(ends.near)
    await send(ends.near, task.bytes)
    await ends.near.end()
    const bytes = await reading
    await echoing
    assert.equal(bytes.length, task.bytes)
    checkPattern(bytes, 0)
    await closeAll(ends)
    say('done')
  },

  /** The same without an end, and with one message under way at a time. */
  async 'ping-pong'(task, say) {
    const ends = await connect(task)
    const { near, far } = ends
    const rounds = Math.ceil(task.bytes / 1000)
    const echoing = (async () => {
      for (let i = 0; i < rounds; i++) await far.write(await next(far))
    })()
    for (let i = 0; i < rounds; i++) {
      await near.write(pattern(i * 1000, 1000))
      checkPattern(await next(near), i * 1000)
    }
    await echoing
    await closeAll(ends)
    say('done')
  },

  async 'read-stored'({ uri, openOptions, bytes }, say) {
    const stream = await open(uri, { ...openOptions, mode: 'r' })
    const read = await collectBytes(stream)
    assert.equal(read.length, bytes)
    checkPattern(read, 0)
    await stream.close()
    say('done')
  },

  /** Streams that nobody waits for do not keep the process alive. */
  async idle(task, say) {
    const { near, far } = await connect(task)
    await near.write(pattern(0, 10))
    await far.readable()
    say('idle')
  },

  async 'idle-stored'({ uri, openOptions }, say) {
    const stream = await open(uri, { ...openOptions, mode: 'r' })
    await stream.readable()
    say('idle')
  },

  /** Waiting keeps it alive; the timer that ends the wait does not. */
  async wait(task, say) {
    const ends = await connect(task)
    const reading = ends.far.read()
    setTimeout(() => void ends.near.write(pattern(0, 10)), 200).unref()
    say('waiting')
    checkPattern((await reading)!, 0)
    ends.far.release()
    say('read')
    await closeAll(ends)
  },

  /** Told to let the process go, a wait does. */
  async 'wait-unref'(task, say) {
    const { listener, near, far } = await connect(task)
    for (const source of [listener, near, far]) source.unref()
    setTimeout(() => void near.write(pattern(0, 10)), 200).unref()
    say('waiting')
    await far.read()
    say('read')
  },

  async 'listen-to'({ uri, openOptions }, say) {
    const stream = await open(uri, { ...openOptions, mode: 'r' })
    say('waiting')
    for (let i = 0; i < 3; i++) {
      assert.ok((await stream.read()) !== null)
      stream.release()
    }
    await stream.close()
    say('done')
  },

  async 'listen-unref'({ uri, openOptions }, say) {
    const stream = await open(uri, { ...openOptions, mode: 'r' })
    stream.unref()
    say('waiting')
    for (;;) {
      await stream.read()
      stream.release()
    }
  },

  async 'write-and-hang'({ uri, openOptions, bytes }, say) {
    const stream = await open(uri, { ...openOptions })
    await send(stream, bytes)
    await stream.flush()
    say('sent')
    await stream.read()
    say('read')
  },

  /** Reads nothing, until it is killed. */
  async hang({ uri, openOptions }, say) {
    const stream = await open(uri, { ...openOptions })
    say('opened')
    setInterval(() => stream.ended, 60_000)
  },
}

export async function perform(task: Task, say: Say): Promise<void> {
  await import(task.module)
  await SCENARIOS[task.scenario](task, say)
}
