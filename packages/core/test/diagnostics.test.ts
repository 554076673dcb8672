/** What `node:diagnostics_channel` is told: the stream that the program knows, layer or not, once. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { listen, open, pipe, type Stream } from '@camio/core'
import { CamioError, END, Listener } from '@camio/core/spi'
import test from 'ava'
import { doubleDriver, registryOf } from './support/driver.js'
import { bytes } from './support/init.js'
import { Scripted } from './support/scripted.js'

const NAMES = [
  'camio:stream:open',
  'camio:stream:error',
  'camio:stream:close',
  'camio:listener:open',
  'camio:listener:accept',
  'camio:listener:close',
  'camio:pipe',
] as const

interface Event {
  name: string
  message: { stream?: unknown; listener?: unknown; error?: unknown; result?: unknown }
}

/** What is published about any of `of` while `work` runs. */
async function eventsOf(work: () => Promise<void>): Promise<Event[]> {
  const events: Event[] = []
  const note = (message: unknown, name: string | symbol) => {
    events.push({ name: String(name), message: message as Event['message'] })
  }
  for (const name of NAMES) subscribe(name, note)
  try {
    await work()
  } finally {
    for (const name of NAMES) unsubscribe(name, note)
  }
  return events
}

class OneListener extends Listener {
  readonly uris = ['double:here']
  constructor(private readonly streams: Stream[]) {
    super()
  }
  protected acceptNext(): Stream | null {
    return this.streams.shift() ?? null
  }
  ready(): boolean {
    return this.streams.length > 0
  }
  arm(): boolean {
    return false
  }
  disarm(): void {}
  protected shutDown(): void {}
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
}

test.serial('a stream: open, error, close - of the layer, where there is one', async (t) => {
  for (const uri of ['double:x', 'double:x?frame=u32']) {
    const inner = new Scripted()
    const registry = registryOf(doubleDriver({ open: () => inner }))
    let stream: Stream | null = null
    const error = new CamioError('ERR_CAMIO_RESET', 'x')
    const events = await eventsOf(async () => {
      stream = await open(uri, { registry })
      inner.fail(error)
      await stream.close()
    })
    t.deepEqual(
      events.map((event) => event.name),
      ['camio:stream:open', 'camio:stream:error', 'camio:stream:close'],
    )
    for (const { message } of events) t.is(message.stream, stream)
    t.is(events[1]!.message.error, error)
  }
})

test.serial('a listener: open, accept, close', async (t) => {
  const inner = new Scripted()
  const registry = registryOf(doubleDriver({ listen: () => new OneListener([inner]) }))
  const events = await eventsOf(async () => {
    const listener = await listen('double:x', { registry })
    await listener.accept()
    await listener.close()
  })
  t.deepEqual(
    events.map((event) => event.name),
    ['camio:listener:open', 'camio:listener:accept', 'camio:listener:close'],
  )
  t.is(events[1]!.message.stream, inner)
})

test.serial('a pipe: its result, or its error', async (t) => {
  const events = await eventsOf(async () => {
    await pipe(new Scripted({ pulls: [bytes(1), END] }), new Scripted())
    await t.throwsAsync(pipe(new Scripted({ pulls: [new Error('gone')] }), new Scripted()))
  })
  const pipes = events.filter((event) => event.name === 'camio:pipe')
  t.like(pipes[0]!.message.result as object, { bytes: 1, ended: true })
  t.is(pipes[0]!.message.error, null)
  t.like(pipes[1]!.message.error as object, { code: 'ERR_CAMIO_SYSTEM' })
})

test.serial('never per message', async (t) => {
  const stream = new Scripted({ pulls: [bytes(1), bytes(2), END] })
  const events = await eventsOf(async () => {
    for await (const lease of stream) stream.tryWrite(lease)
    await stream.flush()
  })
  t.deepEqual(events, [])
})
