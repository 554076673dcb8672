/** What the native engine promises beyond the contract: system calls, many connections, descriptors. */
import '@camio/tcp'
import { existsSync, readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { open, registry, Selector, type Stream } from '@camio/core'
import test from 'ava'
import { run } from './child.js'
import { closeLater, listenFor, pair, readAll, until } from './pairs.js'
import { freshPath, freshUnix, LOOPBACK } from './places.js'

const native = { engine: 'native' } as const
const descriptors = () => readdirSync('/proc/self/fd').length

test.serial('the driver says what runs', (t) => {
  for (const scheme of ['tcp', 'unix']) {
    t.deepEqual(registry.driver(scheme).available(), { ok: true, engine: 'native' })
    t.is(registry.driver(scheme).features.engine, 'native')
  }
})

test.serial('an idle stream is looked at without a system call', async (t) => {
  const { near } = await pair(t, LOOPBACK, native)
  t.is(near.tryRead(), null)
  const before = near.stats.read.systemCalls
  for (let i = 0; i < 10; i++) t.is(near.tryRead(), null)
  t.is(near.stats.read.systemCalls, before)
})

test.serial('a short read is known to be the last: one system call a message, none for "nothing more"', async (t) => {
  const { near, far } = await pair(t, LOOPBACK, native)
  await near.write(Buffer.alloc(64))
  await far.read()
  far.release()
  t.is(far.tryRead(), null)
  const before = far.stats.read.systemCalls
  for (let i = 0; i < 5; i++) {
    await near.write(Buffer.alloc(64))
    await far.read()
    far.release()
    t.is(far.tryRead(), null)
  }
  t.is(far.stats.read.systemCalls - before, 5)
})

test.serial('a loop that never gives the event loop a turn sees what comes', async (t) => {
  const { near, far } = await pair(t, LOOPBACK, native)
  t.is(far.tryRead(), null)
  near.tryWrite(Buffer.from('x'))
  near.tryFlush()
  let lease: Uint8Array | null = null
  while (lease === null) lease = far.tryRead()
  t.is(lease.length, 1)
})

test.serial('what is committed in one turn leaves in one system call', async (t) => {
  const { near, far } = await pair(t, LOOPBACK, native)
  for (let i = 0; i < 1000; i++) near.tryWrite(Buffer.alloc(64, i))
  await near.end()
  t.is((await readAll(far)).length, 64_000)
  t.is(near.stats.write.messages, 1000)
  // One for the bytes, one for the end.
  t.is(near.stats.write.systemCalls, 2)
})

test.serial('a ring that wraps leaves in gathered calls, in order', async (t) => {
  const { near, far } = await pair(t, freshUnix(), native)
  const piece = Buffer.alloc(3001)
  const total = 1333 * piece.length
  const reading = (async () => {
    let received = 0
    for await (const lease of far) {
      for (const byte of lease) if (byte !== (Math.floor(received++ / piece.length) & 255)) return -received
    }
    return received
  })()
  for (let sent = 0; sent < total; sent += piece.length) {
    piece.fill((sent / piece.length) & 255)
    while (!near.tryWrite(piece)) await near.writable()
  }
  await near.end()
  t.is(await reading, total)
  t.true(near.stats.write.backpressure > 0)
  t.true(near.stats.write.systemCalls < near.stats.write.messages / 10)
})

test.serial('urgent data, which cuts reads short, delays nothing', async (t) => {
  const listener = await listenFor(t, LOOPBACK, native)
  const port = listener.uri.split(':').at(-1)
  const sending = run('', {
    prefix: `command -v python3 >/dev/null || exit 0; python3 -c "
import socket
s = socket.create_connection(('127.0.0.1', ${port}))
s.sendall(b'before'); s.send(b'!', socket.MSG_OOB); s.sendall(b'after'); s.recv(1)"`,
  })
  const stream = await Promise.race([sending.then(() => null), listener.accept()])
  if (stream === null) {
    t.pass('no python3 to send urgent data with')
    return
  }
  let text = ''
  while (!text.endsWith('after')) {
    text += Buffer.from((await stream.read())!).toString()
    stream.release()
  }
  t.is(text, 'beforeafter')
  await stream.close()
  await sending
})

test.serial('1,500 connections: one event wakes one stream, and everything is given back', async (t) => {
  const before = descriptors()
  const listener = await listenFor(t, LOOPBACK, { ...native, backlog: 4096 })
  const nears: Stream[] = []
  const fars: Stream[] = []
  while (nears.length < 1500) {
    const opening = Array.from({ length: 100 }, () => open(listener.uri, native))
    for (let i = 0; i < 100; i++) fars.push(await listener.accept())
    nears.push(...(await Promise.all(opening)))
  }
  const selector = new Selector()
  for (const stream of fars) selector.add(stream)
  t.is((await selector.wait({ timeout: 0 })).length, 0)
  const byUri = new Map(fars.map((stream) => [stream.uri, stream]))
  const wakes = () => fars.reduce((sum, stream) => sum + stream.stats.read.wakeUps + stream.stats.read.systemCalls, 0)
  const quiet = wakes()
  for (let i = 0; i < 20; i++) {
    await nears[i * 70]!.write(Buffer.from([i]))
    const ready = await selector.wait()
    t.is(ready.length, 1)
    const stream = byUri.get(ready[0]!.uri)!
    t.is(stream.tryRead()?.[0], i)
    stream.release()
  }
  // A wake-up and a read for each event, and nothing for the others.
  t.is(wakes() - quiet, 40)
  selector.close()
  await Promise.all([...nears, ...fars].map((stream) => stream.close()))
  await listener.close()
  // The engine's own (epoll) stays.
  t.true(descriptors() <= before + 1)
})

test.serial('descriptors run out: a typed error, no busy loop, and the listener goes on', async (t) => {
  const path = freshPath()
  const server = run(
    `const listener = await listen('unix:${path}')
     const streams = []
     let error = null, errors = 0
     while (error === null) {
       try { streams.push(await listener.accept()) } catch (e) { error = e }
     }
     const began = performance.now()
     // Asked again it fails again, but not in a busy loop: it rests in between.
     // (A descriptor that Node itself gave back meanwhile is one more stream.)
     while (errors < 3) await listener.accept().then((s) => streams.push(s), () => errors++)
     const rested = performance.now() - began
     while (streams.length > 5) await streams.pop().close({ discard: true })
     const next = await listener.accept()
     const { code, syscall, uri } = error
     console.log(JSON.stringify({ code, syscall, uri, errors, rested: rested >= 100, next: next.uri }))
     process.exit()`,
    // Room for the modules that Node opens at once when it starts.
    { prefix: 'ulimit -n 100' },
  )
  const sockets: Socket[] = []
  await until(() => existsSync(path))
  let over = false
  // The file is there a moment before somebody listens on it.
  const knock = () => {
    const socket = connect(path)
    socket.on('error', ({ code }: NodeJS.ErrnoException) => code === 'ECONNREFUSED' && !over && setTimeout(knock, 5))
    sockets.push(socket)
  }
  for (let i = 0; i < 110; i++) knock()
  const { code, stdout, stderr } = await server
  over = true
  for (const socket of sockets) socket.destroy()
  t.is(code, 0, stderr)
  t.deepEqual(JSON.parse(stdout), {
    code: 'ERR_CAMIO_TOO_MANY_FILES',
    syscall: 'accept4',
    uri: `unix:${path}`,
    errors: 3,
    rested: true,
    next: `unix:${path}`,
  })
})

test.serial(
  'what large writes of one turn hold back is sent by one call at its end; not without nodelay',
  async (t) => {
    for (const [nodelay, calls] of [
      [true, 4],
      [false, 3],
    ] as const) {
      const { near, far } = await pair(t, LOOPBACK, { ...native, nodelay })
      const reading = readAll(far)
      for (let i = 0; i < 3; i++) await near.write(Buffer.alloc(40_000, i))
      await new Promise((resolve) => setImmediate(resolve))
      t.is(near.stats.write.systemCalls, calls)
      await near.end()
      t.is((await reading).length, 120_000)
    }
  },
)

test.serial('a descriptor is lent to movers only while nothing is in the way', async (t) => {
  const { near, far } = await pair(t, LOOPBACK, native)
  const end = near.takeKernel!('write')!
  t.is(end.kind, 'socket')
  t.true(end.fd > 2)
  end.moved(0, false)
  near.tryClaim(10)
  t.is(near.takeKernel!('write'), null)
  near.cancel()
  await near.write(Buffer.from('abc'))
  await far.read()
  t.is(far.takeKernel!('read'), null)
  far.release(1)
  const source = far.takeKernel!('read')!
  t.deepEqual(Buffer.from(source.buffered!), Buffer.from('bc'))
  source.moved(0, true)
  t.deepEqual(await readAll(far), Buffer.from('bc'))
  t.true(far.ended)
})

test.serial('a stream that closes while its descriptor is lent waits to have it back', async (t) => {
  const { near } = await pair(t, LOOPBACK, native)
  const end = near.takeKernel!('read')!
  let closed = false
  const closing = near.close().then(() => {
    closed = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  t.false(closed)
  end.moved(0, false)
  await closing
  t.true(closed)
})

test.serial('while a descriptor is lent, nobody else reads or writes; closing asks it back', async (t) => {
  const { near, far } = await pair(t, LOOPBACK, native)
  const [source, sink] = [far.takeKernel!('read')!, near.takeKernel!('write')!]
  t.is(far.takeKernel!('read'), null)
  t.is(near.takeKernel!('write'), null)
  t.throws(() => far.tryRead(), { code: 'ERR_CAMIO_MISUSE' })
  t.is(near.tryClaim(1), null)
  const closing = Promise.all([far.close({ discard: true }), near.close({ discard: true })])
  await new Promise((resolve) => setImmediate(resolve))
  t.true(source.recalled!.aborted && sink.recalled!.aborted)
  source.moved(3, false)
  sink.moved(4, false)
  await closing
  t.is(far.stats.read.bytes, 3)
  t.is(near.stats.write.bytes, 4)
  t.is(far.takeKernel!('read'), null)
})

test.serial('a peer that vanishes in the middle of an accept batch harms nobody', async (t) => {
  const listener = await listenFor(t, LOOPBACK, native)
  const port = Number(listener.uri.split(':').at(-1))
  for (let i = 0; i < 5; i++) {
    const socket = connect(port, '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.resetAndDestroy()
    await new Promise((resolve) => socket.once('close', resolve))
  }
  const near = closeLater(t, await open(listener.uri, native))
  await near.write(Buffer.from('here'))
  let text = ''
  while (text === '') {
    const stream = closeLater(t, await listener.accept())
    text = await stream.read().then(
      (lease) => Buffer.from(lease ?? []).toString(),
      () => '',
    )
  }
  t.is(text, 'here')
})

test.serial('closing a listener resets who waits to be accepted', async (t) => {
  const listener = await listenFor(t, LOOPBACK, native)
  const near = closeLater(t, await open(listener.uri, native))
  await until(() => listener.ready(1))
  await listener.close()
  await t.throwsAsync(near.read(), { code: 'ERR_CAMIO_RESET' })
})
